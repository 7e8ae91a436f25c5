"""Layered layout of boxes and lines without overlaps.

After Sugiyama, Tagawa and Toda (1981): layering, ordering with few crossings, coordinates. Each step is one module.
"""
