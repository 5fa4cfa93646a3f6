"""What is kept: pictures as received, and one row for each picture asked for."""
