"""What comes from files: catalogue, rulebook, vocabulary, layers. The only room that reads them."""
