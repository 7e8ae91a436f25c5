"""Whatever the boxes and the lines: layers follow the lines, nothing lies on anything, and the same comes out again."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.graph.layout.component_layout import BOX_GAP, Box, Line, layout_components
from compiler.graph.layout.coordinates import assign_coordinates
from compiler.graph.layout.layering import assign_ranks
from compiler.graph.layout.ordering import adjacency, count_crossings, insert_bends, order_layers
from compiler.graph.layout.packing import pack_rectangles

SIDE = st.floats(10, 300)


@st.composite
def drawings(draw):
    boxes = [Box(draw(SIDE), draw(SIDE)) for _ in range(draw(st.integers(1, 24)))]
    ends = st.integers(0, len(boxes) - 1)
    lines = [
        Line(start, end, draw(st.sampled_from(["a", "b", (start, "c")])))
        for start, end in draw(st.lists(st.tuples(ends, ends), max_size=40))
    ]
    return boxes, lines


@given(drawings(), st.booleans())
@settings(max_examples=200)
def test_no_box_lies_on_another(drawing, upright) -> None:
    boxes, lines = drawing
    layout = layout_components(boxes, lines, is_vertical=upright)
    rectangles = [
        (x, y, x + box.main_size, y + box.cross_size) for (x, y), box in zip(layout.boxes, boxes, strict=True)
    ]
    for (left, top, right, low), (other, above, end, below) in combinations(rectangles, 2):
        assert right <= other + 1e-6 or end <= left + 1e-6 or low <= above + 1e-6 or below <= top + 1e-6
    assert all(
        x >= 0 and y >= 0 and right <= layout.main_size + 1e-6 and low <= layout.cross_size + 1e-6
        for x, y, right, low in rectangles
    )


@given(drawings())
def test_no_line_passes_a_layer_through_a_box(drawing) -> None:
    boxes, lines = drawing
    layout = layout_components(boxes, lines, is_vertical=False)
    for pairs in layout.bends:
        for (enters, y), (leaves, there) in pairs:
            assert y == there
            low, high = sorted((enters, leaves))
            for (x, top), box in zip(layout.boxes, boxes, strict=True):
                crosses = x < high - 1e-6 and x + box.main_size > low + 1e-6 and top < y < top + box.cross_size
                assert not crosses


@given(drawings())
def test_the_same_comes_out_again(drawing) -> None:
    boxes, lines = drawing
    assert layout_components(boxes, lines, is_vertical=False) == layout_components(
        list(boxes), list(lines), is_vertical=False
    )


@given(drawings())
def test_layers_follow_lines_unless_these_close_a_circle(drawing) -> None:
    boxes, lines = drawing
    edges = [(line.start, line.end) for line in lines]
    found = assign_ranks(len(boxes), edges)
    assert all(rank >= 0 for rank in found)
    back = [(start, end) for start, end in edges if found[start] >= found[end]]
    assert all(start == end or _reaches(edges, end, start) for start, end in back)


def _reaches(edges, start, end) -> bool:
    reachable, front = {start}, [start]
    while front:
        here = front.pop()
        for first, second in edges:
            if first == here and second not in reachable:
                reachable.add(second)
                front.append(second)
    return end in reachable


def test_what_nothing_leads_to_stands_beside_what_it_leads_to() -> None:
    assert assign_ranks(4, [(0, 1), (1, 2), (3, 2)]) == [0, 1, 2, 1]


def test_a_circle_is_cut_at_the_line_that_closes_it() -> None:
    assert assign_ranks(3, [(0, 1), (1, 2), (2, 0)]) == [0, 1, 2]
    assert assign_ranks(1, [(0, 0)]) == [0]


def test_lines_over_several_layers_bend_where_they_pass_and_bundles_share_the_bend() -> None:
    apart = insert_bends([0, 1, 2, 0], [(0, 1, "a"), (1, 2, "a"), (0, 2, "b"), (3, 2, "c")])
    assert sorted(apart.bends) == [("b", 1), ("c", 1)]
    together = insert_bends([0, 1, 2, 0], [(0, 1, "a"), (1, 2, "a"), (0, 2, "b"), (3, 2, "b")])
    assert sorted(together.bends) == [("b", 1)]


def test_an_order_without_crossings_is_found_where_there_is_one() -> None:
    count = 8
    edges = [(index, 2 * count - 1 - index, index) for index in range(count)]
    found = insert_bends([0] * count + [1] * count, edges)
    right = adjacency(found.links)[1]
    assert count_crossings(found.layers, right) == count * (count - 1) // 2
    assert count_crossings(order_layers(found), right) == 0


@given(drawings())
def test_ordering_makes_no_more_crossings_than_there_were(drawing) -> None:
    boxes, lines = drawing
    result = insert_bends(
        assign_ranks(len(boxes), [(line.start, line.end) for line in lines]),
        [(line.start, line.end, line.bundle) for line in lines],
    )
    right = adjacency(result.links)[1]
    assert count_crossings(order_layers(result), right) <= count_crossings(result.layers, right)
    assert [sorted(layer) for layer in order_layers(result)] == [sorted(layer) for layer in result.layers]


def test_the_best_order_is_kept_and_not_the_last_that_was_tried() -> None:
    ranked = [0, 1, 2, 2, 0, 1, 1, 2, 0, 1]
    ends = [(4, 6), (0, 6), (6, 7), (8, 6), (4, 9), (9, 3), (1, 7), (0, 3), (8, 2)]
    found = insert_bends(ranked, [(start, end, (start, end)) for start, end in ends])
    assert count_crossings(order_layers(found), adjacency(found.links)[1]) == 2, "the last sweep leaves three"


def test_crossings_are_counted_as_by_hand() -> None:
    assert count_crossings([[0, 1], [2, 3]], {0: [2, 3], 1: [2, 3]}) == 1
    assert count_crossings([[0, 1, 2], [3, 4]], {0: [4], 1: [3], 2: [3]}) == 2
    assert count_crossings([[0, 1], [2, 3]], {0: [2], 1: [3]}) == 0


def test_what_is_linked_stands_level_where_there_is_room() -> None:
    found = assign_coordinates(
        [[0], [1], [2]], {0: 10, 1: 80, 2: 40}, dict.fromkeys(range(3), BOX_GAP), [(0, 1), (1, 2)]
    )
    assert max(found.values()) - min(found.values()) < 1e-6


@given(st.lists(st.tuples(SIDE, SIDE), max_size=30), st.floats(0.3, 3))
def test_packed_rectangles_lie_apart(sizes, ratio) -> None:
    corners = pack_rectangles(sizes, 10, ratio)
    placed = [(x, y, x + width, y + height) for (x, y), (width, height) in zip(corners, sizes, strict=True)]
    for (left, top, right, low), (other, above, end, below) in combinations(placed, 2):
        assert right <= other or end <= left or low <= above or below <= top
    assert all(x >= 0 and y >= 0 for x, y, *_ in placed)


def test_many_small_parts_make_a_picture_of_the_shape_of_a_page() -> None:
    boxes = [Box(200, 60) for _ in range(100)]
    made = layout_components(boxes, [], is_vertical=False)
    assert 1 < made.main_size / made.cross_size < 2.2


def test_a_chain_is_drawn_in_order() -> None:
    made = layout_components(
        [Box(100, 40)] * 4, [Line(index, index + 1, index) for index in range(3)], is_vertical=False
    )
    assert all(left < right for (left, _), (right, _) in pairwise(made.boxes))
    assert len({y for _, y in made.boxes}) == 1
