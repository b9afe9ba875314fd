"""What is to be decided, checked: which assets, how much of each, under which conditions; and its numeric forms."""
