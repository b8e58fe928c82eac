"""The shape of wizard/: its rooms by layer, what they import, and whether there is a circle.

python -m tests.shape prints it. Rooms are modules and packages; those of the core stand apart.
"""

from graphlib import CycleError, TopologicalSorter

import grimp

NO_ROOMS = {"migrations"}


def rooms(graph, package):
    """Each room of a package, with the rooms of it that it imports."""
    depth = package.count(".") + 1

    def room(module):
        return module.split(".")[depth]

    inside = graph.find_descendants(package)
    found = {room(module): set() for module in inside}
    for module in inside:
        for imported in graph.find_modules_directly_imported_by(module) & inside:
            found[room(module)].add(room(imported))
    return {name: used - {name} - NO_ROOMS for name, used in found.items() if name not in NO_ROOMS}


def layers(found):
    """The rooms, lowest first: each as low as what it imports allows. Raises CycleError."""
    sorter = TopologicalSorter(found)
    sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield sorted(ready)
        sorter.done(*ready)


def main():
    graph = grimp.build_graph("wizard", cache_dir=None)
    for package in ("wizard", "wizard.tree"):
        found = rooms(graph, package)
        try:
            floors = list(layers(found))
        except CycleError as exc:
            print(f"{package}: a circle: {' -> '.join(exc.args[1])}")
            continue
        imports = sum(map(len, found.values()))
        print(
            f"{package}: {len(found)} rooms on {len(floors)} layers, {imports} imports, no circle"
        )
        for number, floor in reversed(list(enumerate(floors, start=1))):
            print(f"  {number:2}  {'  '.join(floor)}")


if __name__ == "__main__":
    main()
