"""Parts of a Model: what stands under one of its keys, a file each."""
