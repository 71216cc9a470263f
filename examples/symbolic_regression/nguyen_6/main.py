"""A function through the points of Nguyen-6: one expression of its variables and of numbers."""

import ast
import inspect
import math

# What an expression may be made of: operators and functions with their number of operands, constants as they stand,
# and random ones from a normal distribution around 0 (SIGMA 0: none). Methods that grow trees read it here.
FUNCTIONS = {"+": 2, "-": 2, "*": 2, "div": 2, "sin": 1, "cos": 1, "exp": 1, "log": 1}
CONSTANTS = (1.0,)
SIGMA = 0.0


def div(a, b):
    """a / b; 1 where b is 0."""
    return a / b if b else 1.0


def log(a):
    """The logarithm of |a|; 0 where a is 0."""
    return math.log(abs(a)) if a else 0.0


def exp(a):
    return math.exp(a) if a < 709 else math.inf


def sin(a):
    return math.sin(a) if math.isfinite(a) else math.nan


def cos(a):
    return math.cos(a) if math.isfinite(a) else math.nan


# EVOLVE-BLOCK-START
def f(x):
    return x


# EVOLVE-BLOCK-END


def run(points):
    """f at the "train" and the "held_out" points (null where it is no finite number), nodes and depth of its tree."""
    size, depth = shape(ast.parse(inspect.getsource(f)))
    values = {part: [finite(f(*point)) for point in points[part]] for part in ("train", "held_out")}
    return values | {"size": size, "depth": depth}


def finite(value):
    return value if math.isfinite(value) else None


def shape(node):
    """Operators, functions, variables and constants of all expressions in a tree, and how deep they are nested."""
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        children.remove(node.func)
    shapes = [shape(child) for child in children]
    here = isinstance(node, ast.expr)
    return here + sum(size for size, _ in shapes), here + max((depth for _, depth in shapes), default=0)
