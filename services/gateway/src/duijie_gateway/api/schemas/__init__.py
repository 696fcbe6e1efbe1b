"""The shapes that the API's description shows; a test holds real answers to them."""
