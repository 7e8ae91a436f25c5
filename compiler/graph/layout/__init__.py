"""Where boxes and lines go: layers along the way that things flow, boxes across it, and no two in one place.

The steps are those of Sugiyama, Tagawa and Toda (1981): ranks, an order with few crossings, positions; each in a file.
"""
