"""Files of data sets and models under any fsspec address, hashed when written and verified when read."""
