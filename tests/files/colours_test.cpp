#include "skein/files/colours.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace skein::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

using Triple = std::array<double, 3>;

Triple times(const std::array<Triple, 3>& matrix, const Triple& vector) {
    Triple product{};
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column) product[row] += matrix[row][column] * vector[column];
    }
    return product;
}

/// sRGB without its gamma, each part in [0, 1].
Triple linear(const Rgb& colour) {
    const auto part = [](std::uint8_t byte) {
        const double value = byte / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return {part(colour.red), part(colour.green), part(colour.blue)};
}

/// CIELAB (white: D65) of linear sRGB.
Triple lab(const Triple& colour) {
    constexpr std::array<Triple, 3> kToXyz{
        {{0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}}};
    const Triple white = times(kToXyz, {1, 1, 1});
    Triple xyz = times(kToXyz, colour);
    for (std::size_t part = 0; part < 3; ++part) {
        const double value = xyz[part] / white[part];
        xyz[part] = value > 216.0 / 24389 ? std::cbrt(value) : (24389.0 / 27 * value + 16) / 116;
    }
    return {116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])};
}

/// As seen without the long-, the middle- or the short-wave cones (Machado, Oliveira, Fernandes 2009, severity 1).
constexpr std::array<std::array<Triple, 3>, 4> kEyes{
    {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
     {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
     {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
     {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}}};

Triple seen(const Rgb& colour, const std::array<Triple, 3>& eye) {
    Triple parts = times(eye, linear(colour));
    for (double& part : parts) part = std::clamp(part, 0.0, 1.0);
    return lab(parts);
}

double distance(const Triple& a, const Triple& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

std::vector<Rgb> ramp(int side) {
    std::vector<Rgb> colours;
    for (std::size_t shade = 0; shade < kNumShades; ++shade) {
        const double t = static_cast<double>(shade) / (kNumShades - 1);
        colours.push_back(side < 0 ? one_sided_colour(t) : side_colour(std::uint8_t(side), t));
    }
    return colours;
}

std::vector<Rgb> colours_of(const std::vector<double>& values, int side) {
    if (side < 0) return one_sided_colours(values);
    return two_sided_colours(values, std::vector<std::uint8_t>(values.size(), std::uint8_t(side)));
}

/// The place of each value's colour in its ramp; kNumShades for another colour.
std::vector<std::size_t> shades_of(const std::vector<double>& values, int side = -1) {
    const std::vector<Rgb> known = ramp(side);
    std::vector<std::size_t> shades;
    for (const Rgb& colour : colours_of(values, side)) {
        shades.push_back(std::size_t(std::ranges::find(known, colour) - known.begin()));
    }
    return shades;
}

TEST_CASE("colours: ramps go from dark to bright in even steps") {
    for (const int side : {-1, 0, 1}) {
        const std::vector<Rgb> colours = ramp(side);
        std::vector<double> lightness;
        for (const Rgb& colour : colours) lightness.push_back(lab(linear(colour))[0]);
        CHECK(lightness.front() < 15);
        CHECK(lightness.back() > 92);
        const double step = (lightness.back() - lightness.front()) / (kNumShades - 1);
        for (std::size_t shade = 0; shade < kNumShades; ++shade) {
            CHECK(std::abs(lightness[shade] - lightness.front() - step * static_cast<double>(shade)) < 0.4);
            CHECK(std::ranges::count(colours, colours[shade]) == 1);
        }
    }
}

TEST_CASE("colours: no eye takes one side for the other, or a side for no value") {
    for (const std::array<Triple, 3>& eye : kEyes) {
        double nearest = kInfinity;
        double nearest_to_grey = kInfinity;
        for (const Rgb& red : ramp(0)) {
            for (const Rgb& blue : ramp(1)) nearest = std::min(nearest, distance(seen(red, eye), seen(blue, eye)));
        }
        for (const int side : {0, 1}) {
            for (const Rgb& colour : ramp(side)) {
                nearest_to_grey = std::min(nearest_to_grey, distance(seen(colour, eye), seen(kNoValueColour, eye)));
            }
        }
        CHECK(nearest > 30);
        CHECK(nearest_to_grey > 25);
    }
}

TEST_CASE("colours: a ramp outside of 0 to 1") {
    CHECK(side_colour(1, 0.0) == Rgb{0, 36, 73});
    CHECK(side_colour(0, 1.0) == Rgb{255, 234, 176});
    for (const auto colour : {+[](double t) { return side_colour(0, t); }, +[](double t) { return side_colour(1, t); },
                              +one_sided_colour}) {
        CHECK(colour(-kInfinity) == colour(0));
        CHECK(colour(-1e-9) == colour(0));
        CHECK(colour(kNan) == colour(0));
        CHECK(colour(kInfinity) == colour(1));
        CHECK(colour(1.5) == colour(1));
    }
}

TEST_CASE("colours: each shade is used equally often, whatever the distribution") {
    std::vector<double> values;
    for (std::size_t index = 0; index < 50 * kNumShades; ++index) {
        const double t = double(index * 2654435761u % 6400) / 6400;  // each of 0, 1/6400, ... once, in disorder
        values.push_back(index % 2 == 0 ? std::pow(10.0, 200 * t) : -1 / (1e-9 + t));
    }
    for (const int side : {-1, 0, 1}) {
        std::map<std::size_t, std::size_t> uses;
        const std::vector<std::size_t> shades = shades_of(values, side);
        for (const std::size_t shade : shades) ++uses[shade];
        CHECK(uses.size() == kNumShades);
        for (const auto& [shade, num_uses] : uses) CHECK(num_uses == 50);
        bool is_monotone = true;
        for (std::size_t index = 1; index < values.size(); ++index) {
            is_monotone &= values[index] < values[0] ? shades[index] <= shades[0] : shades[index] >= shades[0];
        }
        CHECK(is_monotone);
    }
}

TEST_CASE("colours: ties share the middle of their ranks, infinities rank, NaN is grey") {
    CHECK(shades_of({5}) == std::vector<std::size_t>{64});
    CHECK(shades_of({5, 5, 5}) == std::vector<std::size_t>{64, 64, 64});
    CHECK(shades_of({0.0, -0.0, 1, 2}) == std::vector<std::size_t>{32, 32, 80, 112});
    CHECK(shades_of({kInfinity, 3, -kInfinity, 1e308, kInfinity}) == std::vector<std::size_t>{102, 38, 12, 64, 102});
    CHECK(shades_of({1, 5e-324, 0, kNan}) == std::vector<std::size_t>{106, 64, 21, kNumShades});
    CHECK(one_sided_colours(std::vector<double>{kNan, -kNan}) == std::vector<Rgb>(2, kNoValueColour));
    CHECK(one_sided_colours({}).empty());
}

TEST_CASE("colours: each side has ranks of its own") {
    const std::vector<double> values{1e9, 2, 1, 2e9, kNan, 3e9, 3, kNan};
    const std::vector<std::uint8_t> side{1, 0, 0, 1, 1, 1, 0, 0};
    const std::vector<Rgb> colours = two_sided_colours(values, side);
    const auto shade = [](int number) { return double(number) / (kNumShades - 1); };
    CHECK(colours == std::vector<Rgb>{side_colour(1, shade(21)), side_colour(0, shade(64)), side_colour(0, shade(21)),
                                      side_colour(1, shade(64)), kNoValueColour, side_colour(1, shade(106)),
                                      side_colour(0, shade(106)), kNoValueColour});
    CHECK_THROWS_WITH_AS(two_sided_colours(values, std::span(side).first(3)),
                         "there are 8 values and 3 sides: expected as many of both", std::invalid_argument);
    CHECK_THROWS_WITH_AS(two_sided_colours(std::vector<double>(2), std::vector<std::uint8_t>{1, 2}),
                         "side 1 is 2: expected 0 or 1", std::invalid_argument);
}

TEST_CASE("colours: values at ranks") {
    const std::vector<double> values{4, kNan, 1, 3, 2};
    const std::vector<double> ranks{0, 0.25, 0.5, 0.99, 1};
    CHECK(values_at_ranks(values, ranks) == std::vector<double>{1, 2, 3, 4, 4});
    const std::vector<std::uint8_t> side{1, 1, 0, 1, 0};
    CHECK(values_at_ranks(values, side, 0, ranks) == std::vector<double>{1, 1, 2, 2, 2});
    CHECK(values_at_ranks(values, side, 1, ranks) == std::vector<double>{3, 3, 4, 4, 4});
    CHECK(std::isnan(values_at_ranks({}, ranks)[2]));
    CHECK_THROWS_AS(values_at_ranks(values, std::vector<double>{1.1}), std::invalid_argument);
    CHECK_THROWS_AS(values_at_ranks(values, std::vector<double>{kNan}), std::invalid_argument);
}

TEST_CASE("colours: of very many values every k-th is ranked") {
    std::vector<double> values(kMaxRanked + 1000);
    std::uint64_t state = 1;
    for (double& value : values) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        value = std::exp(static_cast<double>(state >> 40) / 1e6);
    }
    const std::vector<Rgb> known = ramp(-1);
    std::map<std::tuple<int, int, int>, std::size_t> shade_of;
    for (const Rgb& colour : known) shade_of[{colour.red, colour.green, colour.blue}] = shade_of.size();
    std::vector<double> uses(kNumShades);
    const std::vector<Rgb> colours = one_sided_colours(values);
    double smallest_of_last = kInfinity;
    double largest_of_last_but_one = -kInfinity;
    for (std::size_t index = 0; index < values.size(); ++index) {
        const std::size_t shade = shade_of.at({colours[index].red, colours[index].green, colours[index].blue});
        ++uses[shade];
        if (shade == kNumShades - 1) smallest_of_last = std::min(smallest_of_last, values[index]);
        if (shade == kNumShades - 2) largest_of_last_but_one = std::max(largest_of_last_but_one, values[index]);
    }
    CHECK(largest_of_last_but_one < smallest_of_last);
    const double expected = static_cast<double>(values.size()) / kNumShades;
    for (const double num_uses : uses) CHECK(std::abs(num_uses - expected) < 0.05 * expected);
}

}  // namespace
}  // namespace skein::test
