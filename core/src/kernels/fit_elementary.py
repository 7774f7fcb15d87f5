#!/usr/bin/env python3
"""Fits every coefficient of kernels/elementary.hpp from scratch and prints them as they stand there.

    python3 fit_elementary.py          prints the two structs of coefficients (a minute or less)
    python3 fit_elementary.py --check  compares them with elementary_coefficients.hpp beside this script; exit code 1 if they differ

Needs mpmath. Method: Remez's exchange in 60 digits, with the error weighted to be relative to the function, then
rounding to the format. The numbers in the comments are the largest approximation errors before rounding, in units of
2^-24 (float) or 2^-53 (double), half an ULP of the result at most.

For tanh, rounding the coefficients and the evaluation matter more than the approximation, so the free choices were
searched: TANH holds what was found. For float, NUDGES: units in the last place added to the rounded coefficients, by a
random search for the smallest error of the kernel's own sequence of operations over all arguments in [0.3, 8.9]. For
double, the end of the interval (17.9 to 18.92) and the common scale of B and Q (monic, and k/32 for k = 32..63), by the
largest error over 8e8 random arguments of the best of 147. tests/long/exhaustive_ulp.cpp gives the final figures.
"""

import pathlib
import sys

import mpmath as mp

mp.mp.dps = 60
TINY = mp.mpf("1e-25")


class Format:
    """A binary floating-point format and the way its literals are written."""

    def __init__(self, name, bits, suffix):
        self.name, self.bits, self.suffix = name, bits, suffix

    def round(self, x, bits=None):
        mantissa, exponent = mp.frexp(mp.mpf(x))
        bits = bits or self.bits
        return mp.ldexp(mp.nint(mp.ldexp(mantissa, bits)), int(exponent) - bits)

    def nudge(self, x, units):
        _, exponent = mp.frexp(x)
        return x + mp.ldexp(units, int(exponent) - self.bits)

    def literal(self, x):
        digits, exponent = float(x).hex().split("p")
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        return f"{digits}p{exponent}{self.suffix}"


FLOAT = Format("float", 24, "f")
DOUBLE = Format("double", 53, "")


def horner(coefficients, s):
    value = mp.mpf(0)
    for coefficient in reversed(coefficients):
        value = value * s + coefficient
    return value


def solve_reference(points, target, weight, error, numerator, denominator, denominator_values, constant, levelled):
    """Interpolates target + (+-error)/weight at the points; with `levelled`, the error is an unknown as well."""
    first = 0 if constant is None else 1
    fixed = mp.mpf(constant or 0)
    unknowns = numerator + denominator
    matrix = mp.matrix(unknowns + levelled, unknowns + levelled)
    right = mp.matrix(unknowns + levelled, 1)
    sign = 1
    for row, s in enumerate(points):
        step = sign / weight(s)
        goal = target(s) + error * step
        for power in range(numerator):
            matrix[row, power] = s ** (power + first)
        for power in range(denominator):
            matrix[row, numerator + power] = -goal * s ** (power + 1)
        right[row] = goal - fixed
        if levelled:
            q = 1 + s * horner(denominator_values, s)
            matrix[row, unknowns] = -step * q
            right[row] -= error * step * q
        sign = -sign
    x = list(mp.lu_solve(matrix, right))
    return x[:numerator], x[numerator:unknowns], x[unknowns] if levelled else mp.mpf(0)


def alternation(errors, count):
    """Indices of the largest errors of alternating sign."""
    found = []
    for index, error in enumerate(errors):
        if error == 0:
            continue
        if found and (errors[found[-1]] > 0) == (error > 0):
            if abs(error) > abs(errors[found[-1]]):
                found[-1] = index
        else:
            found.append(index)
    while len(found) > count:
        found.pop(0 if abs(errors[found[0]]) < abs(errors[found[-1]]) else -1)
    if len(found) < count:
        raise ValueError(f"alternation of {len(found)} points, {count} needed")
    return found


def remez(target, weight, low, high, numerator, denominator=0, constant=None, variable=lambda u: u):
    """Minimax (constant + ..., or p0 + p1 s + ...) / (1 + q1 s + ...) on s = variable(u), u in [low, high].

    numerator and denominator count the free coefficients. Returns them and the largest weighted error."""
    first = 0 if constant is None else 1
    fixed = mp.mpf(constant or 0)
    unknowns = numerator + denominator
    middle, half = (mp.mpf(high) + low) / 2, (mp.mpf(high) - low) / 2
    nodes = [middle - half * mp.cos(mp.pi * (2 * i + 1) / (2 * unknowns)) for i in range(unknowns)]
    p, q, _ = solve_reference([variable(u) for u in nodes], target, weight, mp.mpf(0), numerator, denominator, [],
                              constant, 0)
    count = 40 * (unknowns + 1)
    grid = [variable(middle - half * mp.cos(mp.pi * i / count)) for i in range(count + 1)]
    values = [(target(s), weight(s)) for s in grid]
    error = None
    for _ in range(40):
        errors = [((fixed + s**first * horner(p, s)) / (1 + s * horner(q, s)) - f) * w
                  for s, (f, w) in zip(grid, values)]
        reference = alternation(errors, unknowns + 1)
        largest, smallest = max(map(abs, errors)), min(abs(errors[i]) for i in reference)
        if error is not None and largest < smallest * mp.mpf("1.002"):
            break
        error = mp.sign(errors[reference[0]]) * abs(error or smallest)
        for _ in range(6):
            p, q, new_error = solve_reference([grid[i] for i in reference], target, weight, error, numerator,
                                              denominator, q, constant, 1)
            settled = abs(new_error - error) < abs(error) * mp.mpf("1e-8")
            error = new_error
            if settled:
                break
    return p, q, largest


LN2, LN10, TWO_PI = mp.log(2), mp.log(10), 2 * mp.pi


def tanh_over_z(s):
    return mp.tanh(mp.sqrt(s)) / mp.sqrt(s) if s else mp.mpf(1)


def exp_tail(r):
    """(e^r - 1 - r) / r^2"""
    return mp.mpf(1) / 2 + r / 6 if abs(r) < TINY else (mp.expm1(r) - r) / r**2


def exp10_tail(r):
    """(10^r - 1) / r"""
    return LN10 + LN10**2 * r / 2 if abs(r) < TINY else mp.expm1(r * LN10) / r


def atanh_tail(v):
    """2 (atanh(s) - s) / s^3, v = s^2"""
    return mp.mpf(2) / 3 + 2 * v / 5 if v < TINY else 2 * (mp.atanh(mp.sqrt(v)) - mp.sqrt(v)) / (v * mp.sqrt(v))


def atanh_weight(v):
    return v if v < TINY else v * mp.sqrt(v) / (2 * mp.atanh(mp.sqrt(v)))


def sine_tail(v):
    """(sin(2 pi r) / r - 2 pi) / r^2, v = r^2"""
    if v < TINY:
        return -TWO_PI**3 / 6 + TWO_PI**5 * v / 120
    return (mp.sin(TWO_PI * mp.sqrt(v)) / mp.sqrt(v) - TWO_PI) / v


def sine_weight(v):
    return v / TWO_PI if v < TINY else v * mp.sqrt(v) / mp.sin(TWO_PI * mp.sqrt(v))


def cosine_tail(v):
    """(cos(2 pi r) - 1) / r^2, v = r^2"""
    return -TWO_PI**2 / 2 + TWO_PI**4 * v / 24 if v < TINY else (mp.cos(TWO_PI * mp.sqrt(v)) - 1) / v


def cosine_weight(v):
    return v / mp.cos(TWO_PI * mp.sqrt(v))


# Of tanh: degree in s, end of the fitted interval, slope A, Q(0) (None: Q is monic), and the nudges of B's and then Q's
# coefficients.
TANH = {
    "float": (4, "8.6", mp.mpf(1) / 8, None, [0, 2, -5, -1, 12, 3, 3, 3, 0]),
    "double": (9, "18.20", mp.mpf(1) / 16, mp.mpf(49) / 32, [0] * 20),
}
# Numbers of free coefficients.
COUNTS = {
    "float": {"exp": 5, "exp10": 6, "log": 3, "log1p": 4, "sine": 3, "cosine": 4},
    "double": {"exp": 10, "exp10": 11, "log": 7, "log1p": 10, "sine": 6, "cosine": 7},
}


def fit_tanh(form):
    """tanh(z) / z = A + B(s) / Q(s), B(0) / Q(0) = 1 - A. Returns A, B, Q (without a leading 1), error."""
    degree, high, slope, scale, nudges = TANH[form.name]
    p, q, error = remez(tanh_over_z, lambda s: 1 / tanh_over_z(s), mp.mpf(0), mp.mpf(high), degree, degree, 1,
                        lambda u: u * u)
    p, q = [mp.mpf(1)] + p, [mp.mpf(1)] + q
    factor = scale or 1 / q[-1]
    b = [factor * (x - slope * y) for x, y in zip(p, q)]
    q = [factor * y for y in (q if scale else q[:-1])]
    rounded = [form.nudge(form.round(x), n) for x, n in zip(b + q, nudges)]
    b, q = rounded[: degree + 1], rounded[degree + 1 :]
    b[0] = form.round((1 - slope) * q[0])
    if form.round(b[0] / q[0]) != 1 - slope:
        raise ValueError("tanh of tiny z is not z")
    return slope, b, q, error


def split(form, x, bits):
    """x as a sum of two numbers, the first of so many bits that its product with a small integer is exact."""
    high = form.round(x, bits)
    return high, form.round(x - high)


def describe(form, name, coefficients, comment):
    words = [form.literal(x) for x in coefficients]
    lines = [f"    // {line}" for line in comment]
    if len(words) == 1:
        return lines + [f"    static constexpr {form.name} {name} = {words[0]};"]
    lines.append(f"    static constexpr {form.name} {name}[] = {{")
    per_line = 5 if form is FLOAT else 4
    for start in range(0, len(words), per_line):
        lines.append("        " + ", ".join(words[start : start + per_line]) + ",")
    return lines + ["    };"]


def fitted(form, error):
    return f"fitted error {mp.nstr(error * 2**form.bits, 3)} x 2^-{form.bits}"


def structure(form):
    """The lines of the struct of one format."""
    count = COUNTS[form.name]
    integer_bits = 8 if form is FLOAT else 11
    lines = ["template <>", f"struct Coefficients<{form.name}> {{"]

    def add(name, coefficients, *comment):
        lines.extend(describe(form, name, coefficients, comment))

    slope, b, q, error = fit_tanh(form)
    degree, high, _, scale, _ = TANH[form.name]
    add("kTanhSlope", [slope], f"tanh(z) = z (A + B(s) / Q(s)), s = z^2, both of degree {degree}, fitted on z in [0, {high}];",
        fitted(form, error) + ("." if scale else ". Q is monic: its leading 1 is left out."))
    add("kTanhB", b)
    add("kTanhQ", q)

    half = LN2 / 2 * mp.mpf("1.0001")
    c, _, error = remez(exp_tail, lambda r: r * r / mp.exp(r), -half, half, count["exp"])
    add("kExp", [1, 1] + [form.round(x) for x in c],
        f"e^r, degree {count['exp'] + 1}, on |r| <= ln(2)/2; {fitted(form, error)}.")
    high, low = split(form, LN2, form.bits - integer_bits)
    add("kExpReduction", [form.round(1 / LN2), form.round(1 / LN2 / 2), -high, -low],
        "log2(e), half of it, and -ln(2) in two parts, the product of the first with an exponent exact.")

    half = half / LN10
    c, _, error = remez(exp10_tail, lambda r: abs(r) / mp.exp(LN10 * r), -half, half, count["exp10"])
    add("kExp10", [1] + [form.round(x) for x in c],
        f"10^r, degree {count['exp10']}, on |r| <= log10(2)/2; {fitted(form, error)}.")
    high, low = split(form, LN2 / LN10, form.bits - integer_bits)
    add("kExp10Reduction", [form.round(LN10 / LN2), form.round(LN10 / LN2 / 2), -high, -low],
        "The same for base 10.")

    s = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.0001")
    c, _, error = remez(atanh_tail, atanh_weight, mp.mpf(0), s * s, count["log"])
    add("kLog", [form.round(x) for x in c],
        f"2 (atanh(s) - s) / s^3, degree {count['log'] - 1} in s^2, on |s| <= 3 - 2 sqrt(2);",
        f"{fitted(form, error)}.")
    high = form.round(LN2)
    add("kLn2", [high, form.round(LN2 - high)], "ln(2) in two parts.")
    c, _, error = remez(atanh_tail, atanh_weight, mp.mpf(0), mp.mpf(1) / 9, count["log1p"])
    add("kLog1pOfUnit", [form.round(x) for x in c],
        f"The same, degree {count['log1p'] - 1}, on |s| <= 1/3; {fitted(form, error)}.")

    c, _, error = remez(sine_tail, sine_weight, mp.mpf(0), mp.mpf(1) / 64, count["sine"])
    high = form.round(TWO_PI)
    add("kTwoPi", [high], f"sin(2 pi r) = 2 pi r + r S(r^2) on |r| <= 1/8, S of degree {count['sine']};",
        f"{fitted(form, error)}. S begins with what is missing in the rounded 2 pi.")
    add("kSine", [form.round(TWO_PI - high)] + [form.round(x) for x in c])
    c, _, error = remez(cosine_tail, cosine_weight, mp.mpf(0), mp.mpf(1) / 64, count["cosine"])
    add("kCosine", [1] + [form.round(x) for x in c],
        f"cos(2 pi r), degree {count['cosine']} in r^2, on |r| <= 1/8; {fitted(form, error)}.")
    return lines + ["};"]


def main():
    text = "\n".join(structure(FLOAT) + structure(DOUBLE))
    if sys.argv[1:] == ["--check"]:
        header = pathlib.Path(__file__).with_name("elementary_coefficients.hpp").read_text(encoding="utf-8")
        if text not in header:
            sys.exit("elementary_coefficients.hpp does not hold these coefficients")
    else:
        print(text)


if __name__ == "__main__":
    main()
