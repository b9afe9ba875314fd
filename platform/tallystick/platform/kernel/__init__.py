"""The kernel of a book: what is sequenced, who hears it, what is committed, and what may leave."""
