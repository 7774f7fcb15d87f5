#include "skein/files/colours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::size_t kNumAnchors = 17;
using Anchors = std::array<Rgb, kNumAnchors>;

/// Anchors of equal steps in CIELAB lightness, from 14 to 93 and for one side from 10 to 95; between them, straight
/// lines in sRGB, off those steps by less than 0.4. Seen with either kind of red-green or with blue-yellow blindness
/// (G. Machado and others, 2009), any two colours of different sides are at least 30 apart in CIELAB.
constexpr Anchors kRed{{{78, 3, 18},
                        {97, 6, 23},
                        {116, 11, 26},
                        {136, 18, 29},
                        {156, 25, 31},
                        {175, 35, 33},
                        {190, 52, 35},
                        {205, 68, 38},
                        {220, 83, 40},
                        {234, 98, 42},
                        {244, 116, 45},
                        {248, 138, 51},
                        {252, 158, 60},
                        {255, 178, 74},
                        {255, 198, 101},
                        {255, 216, 135},
                        {255, 234, 176}}};
constexpr Anchors kBlue{{{0, 36, 73},
                         {0, 47, 88},
                         {0, 59, 102},
                         {1, 71, 117},
                         {2, 83, 131},
                         {2, 96, 145},
                         {0, 110, 158},
                         {2, 124, 170},
                         {4, 138, 182},
                         {5, 152, 194},
                         {31, 166, 203},
                         {54, 181, 210},
                         {75, 195, 217},
                         {97, 209, 223},
                         {125, 222, 230},
                         {150, 235, 238},
                         {174, 248, 246}}};
constexpr Anchors kVioletToYellow{{{39, 13, 66},
                                   {42, 28, 83},
                                   {44, 43, 99},
                                   {44, 57, 115},
                                   {43, 72, 131},
                                   {11, 89, 145},
                                   {3, 105, 150},
                                   {2, 121, 156},
                                   {1, 137, 162},
                                   {2, 154, 164},
                                   {4, 171, 161},
                                   {66, 186, 151},
                                   {112, 199, 138},
                                   {144, 213, 134},
                                   {177, 225, 132},
                                   {212, 236, 131},
                                   {248, 246, 133}}};

Rgb colour_at(const Anchors& anchors, double t) {
    const double position = (t > 0.0 ? std::min(t, 1.0) : 0.0) * (kNumAnchors - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(position), kNumAnchors - 2);
    const double fraction = position - static_cast<double>(below);
    const auto mix = [&](std::uint8_t Rgb::*part) {
        const double from = anchors[below].*part;
        const double to = anchors[below + 1].*part;
        return static_cast<std::uint8_t>(from + fraction * (to - from) + 0.5);
    };
    return {mix(&Rgb::red), mix(&Rgb::green), mix(&Rgb::blue)};
}

using Shades = std::array<Rgb, kNumShades>;

Shades shades_of(const Anchors& anchors) {
    Shades shades;
    for (std::size_t shade = 0; shade < kNumShades; ++shade) {
        shades[shade] = colour_at(anchors, static_cast<double>(shade) / (kNumShades - 1));
    }
    return shades;
}

/// The values that `belongs(index)` and are not NaN, in their order; of more than kMaxRanked of them every k-th.
template <class Belongs>
std::vector<double> ranked_values(std::span<const double> values, const Belongs& belongs) {
    const auto is_member = [&](std::size_t index) { return belongs(index) && !std::isnan(values[index]); };
    std::size_t num_members = 0;
    for (std::size_t index = 0; index < values.size(); ++index) num_members += is_member(index) ? 1 : 0;
    const std::size_t step = std::max<std::size_t>(1, (num_members + kMaxRanked - 1) / kMaxRanked);
    std::vector<double> ranked;
    ranked.reserve((num_members + step - 1) / step);
    std::size_t member = 0;
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (is_member(index) && member++ % step == 0) ranked.push_back(values[index]);
    }
    return ranked;
}

/// Which shade a value has: as many as there are thresholds not above it.
class Equalisation {
public:
    explicit Equalisation(std::vector<double> sorted) {
        std::ranges::sort(sorted);
        for (auto first = sorted.begin(); first != sorted.end();) {
            const auto last = std::upper_bound(first, sorted.end(), *first);
            // The mean of the positions first, ..., last - 1, plus 1/2, as a fraction of all.
            const auto twice_rank = static_cast<std::size_t>((first - sorted.begin()) + (last - sorted.begin()));
            const std::size_t shade = kNumShades * twice_rank / (2 * sorted.size());
            thresholds_.resize(std::max(shade, thresholds_.size()), *first);
            first = last;
        }
    }

    std::size_t shade_of(double value) const {
        return static_cast<std::size_t>(std::ranges::upper_bound(thresholds_, value) - thresholds_.begin());
    }

private:
    std::vector<double> thresholds_;  // fewer than kNumShades, ascending
};

void require_sides(std::span<const double> values, std::span<const std::uint8_t> side) {
    if (values.size() != side.size()) {
        throw std::invalid_argument(
            to_text("there are ", values.size(), " values and ", side.size(), " sides: expected as many of both"));
    }
    const auto wrong = std::ranges::find_if(side, [](std::uint8_t number) { return number > 1; });
    if (wrong != side.end()) {
        refuse(to_text("side ", wrong - side.begin()), *wrong, "0 or 1");
    }
}

constexpr auto kAll = [](std::size_t) { return true; };

auto is_on(std::span<const std::uint8_t> side, std::uint8_t wanted_side) {
    return [=](std::size_t index) { return side[index] == wanted_side; };
}

/// A rank takes 10 ns a value where sorting them takes 80.
std::vector<double> values_at(std::vector<double> ranked, std::span<const double> ranks) {
    std::vector<double> values;
    for (const double rank : ranks) {
        require(rank >= 0.0 && rank <= 1.0, "a rank", rank, "from 0 to 1");
        if (ranked.empty()) {
            values.push_back(std::numeric_limits<double>::quiet_NaN());
            continue;
        }
        const auto position = static_cast<std::size_t>(rank * static_cast<double>(ranked.size()));
        const auto at = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(position, ranked.size() - 1));
        std::ranges::nth_element(ranked, at);
        values.push_back(*at);
    }
    return values;
}

}  // namespace

Rgb side_colour(std::uint8_t side, double t) { return colour_at(side == 1 ? kBlue : kRed, t); }

Rgb one_sided_colour(double t) { return colour_at(kVioletToYellow, t); }

std::vector<Rgb> two_sided_colours(std::span<const double> values, std::span<const std::uint8_t> side) {
    const FloatingPointEnvironment environment;
    require_sides(values, side);
    const std::array<Shades, 2> shades{shades_of(kRed), shades_of(kBlue)};
    const std::array<Equalisation, 2> equalisations{Equalisation(ranked_values(values, is_on(side, 0))),
                                                    Equalisation(ranked_values(values, is_on(side, 1)))};
    std::vector<Rgb> colours(values.size(), kNoValueColour);
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (std::isnan(values[index])) continue;
        colours[index] = shades[side[index]][equalisations[side[index]].shade_of(values[index])];
    }
    return colours;
}

std::vector<Rgb> one_sided_colours(std::span<const double> values) {
    const FloatingPointEnvironment environment;
    const Shades shades = shades_of(kVioletToYellow);
    const Equalisation equalisation(ranked_values(values, kAll));
    std::vector<Rgb> colours(values.size(), kNoValueColour);
    for (std::size_t index = 0; index < values.size(); ++index) {
        if (!std::isnan(values[index])) colours[index] = shades[equalisation.shade_of(values[index])];
    }
    return colours;
}

std::vector<double> values_at_ranks(std::span<const double> values, std::span<const double> ranks) {
    const FloatingPointEnvironment environment;
    return values_at(ranked_values(values, kAll), ranks);
}

std::vector<double> values_at_ranks(std::span<const double> values, std::span<const std::uint8_t> side,
                                    std::uint8_t wanted_side, std::span<const double> ranks) {
    const FloatingPointEnvironment environment;
    require_sides(values, side);
    return values_at(ranked_values(values, is_on(side, wanted_side)), ranks);
}

}  // namespace skein
