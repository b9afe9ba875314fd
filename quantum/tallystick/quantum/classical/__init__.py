"""The classical answer: a portfolio of few assets, chosen with a lower bound that holds."""
