/// Colours for numbers of any distribution: by rank, so that each shade is used equally often.
///
/// A value's rank among n values is the mean of the positions, from 0, it could have in sorted order, + 1/2, divided by
/// n: ties share one rank, infinities rank as they compare, NaN has none and is grey. The rank chooses one of
/// kNumShades shades of a ramp, dark for the smallest values. Ranks are exact up to kMaxRanked values; of more, every
/// k-th is ranked, and each other value gets the shade of the next smaller one of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "skein/files/picture.hpp"

namespace skein {

inline constexpr std::size_t kNumShades = 128;
inline constexpr std::size_t kMaxRanked = std::size_t{1} << 22;
inline constexpr Rgb kNoValueColour{119, 119, 119};  // NaN's

/// A colour of a ramp; t in [0, 1] (what is outside counts as the nearest end, NaN as 0). From dark at 0 to bright at 1
/// in even steps of lightness. Side 1 is blue and green, any other side red and orange; colours of different sides
/// differ also for the colour-blind, whatever their t.
Rgb side_colour(std::uint8_t side, double t);
/// From dark violet by way of blue and green to bright yellow.
Rgb one_sided_colour(double t);

/// One colour per value, by its rank among the values of its own side, which is 0 or 1.
/// Throws std::invalid_argument for another side, and when there are not as many sides as values.
std::vector<Rgb> two_sided_colours(std::span<const double> values, std::span<const std::uint8_t> side);

/// One colour per value, by its rank.
std::vector<Rgb> one_sided_colours(std::span<const double> values);

/// The value at each rank in [0, 1], for a colour bar: 0 gives the smallest, 1/2 the upper median, 1 the largest (of
/// those that are ranked); NaN where there is no value. Throws std::invalid_argument for a rank outside.
std::vector<double> values_at_ranks(std::span<const double> values, std::span<const double> ranks);

/// The same among the values of one side.
std::vector<double> values_at_ranks(std::span<const double> values, std::span<const std::uint8_t> side,
                                    std::uint8_t wanted_side, std::span<const double> ranks);

}  // namespace skein
