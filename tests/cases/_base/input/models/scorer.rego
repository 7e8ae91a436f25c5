package scorer

default allow := false
