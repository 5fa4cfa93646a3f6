"""Pictures that go along with a request: taken in, made legal, masked."""
