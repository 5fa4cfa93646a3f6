"""The painter's studio: words in, a picture out; knows nothing of HTTP, models or prices."""
