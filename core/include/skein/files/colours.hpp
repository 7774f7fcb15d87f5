/// Colours for numbers of any distribution: by rank, so that each shade is used equally often.
///
/// The rank of a value among n values is (p + 1/2) / n, where p is its position in sorted order, counted from 0; equal
/// values share their mean position. Infinities are ranked like other values. NaN has no rank and is grey. The rank
/// chooses one of kNumShades shades of a ramp, dark for the smallest values. Up to kMaxRanked values are all ranked; of
/// more, every k-th one is, and the others get the shade of the next smaller ranked value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "skein/files/picture.hpp"

namespace skein {

inline constexpr std::size_t kNumShades = 128;
inline constexpr std::size_t kMaxRanked = std::size_t{1} << 22;
inline constexpr Rgb kNoValueColour{119, 119, 119};  ///< of NaN

/// A colour of a ramp, from dark at t = 0 to bright at t = 1 in even steps of lightness. t is clamped to [0, 1]; NaN
/// counts as 0. Side 1 is blue, any other side red and orange. People with any kind of colour blindness can tell
/// colours of different sides apart, at every t.
[[nodiscard]] Rgb side_colour(std::uint8_t side, double t);
/// The same for a single ramp, from dark violet through blue and green to bright yellow.
[[nodiscard]] Rgb one_sided_colour(double t);

/// One colour per value, by its rank among the values of its own side (0 or 1). `side` has one element per value.
/// Throws std::invalid_argument for another side or another number of sides.
std::vector<Rgb> two_sided_colours(std::span<const double> values, std::span<const std::uint8_t> side);

/// One colour per value, by its rank among all values.
std::vector<Rgb> one_sided_colours(std::span<const double> values);

/// The value at each rank in [0, 1], for the ticks of a colour bar: 0 gives the smallest ranked value, 1/2 the upper
/// median, 1 the largest; NaN if there are no values. Throws std::invalid_argument for a rank outside [0, 1].
std::vector<double> values_at_ranks(std::span<const double> values, std::span<const double> ranks);

/// The same among the values of one side. Throws std::invalid_argument as two_sided_colours() does, too.
std::vector<double> values_at_ranks(std::span<const double> values, std::span<const std::uint8_t> side,
                                    std::uint8_t wanted_side, std::span<const double> ranks);

}  // namespace skein
