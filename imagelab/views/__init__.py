"""What moves on the screen: views take values and give choices."""
