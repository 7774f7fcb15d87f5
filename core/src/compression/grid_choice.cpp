#include "compression/grid_choice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/power.hpp"
#include "base/require.hpp"
#include "base/text.hpp"

namespace skein::internal {
namespace {

/// log2 of the median of |x| over the width of the finest panels. Near 0, the poles of 8 tanh layers of weight 3 take
/// panels of 2^-15.
constexpr int kFinestPanels = 16;
/// If every x is 0: narrow enough for all but huge weights.
constexpr int kExponentOfZeros = -30;

/// 2^60 squares of numbers up to this have a finite sum.
constexpr double kLargest = 0x1p480;
/// Numbers of cells below 2^kCellBits fit into 64 bits.
constexpr int kCellBits = 62;

/// The largest power of two that is at most `number` > 0, by comparisons: the same on every CPU.
int floor_exponent(double number) {
    int exponent = 0;
    for (; power_of_two(exponent) > number; --exponent) {
    }
    for (; power_of_two(exponent + 1) <= number; ++exponent) {
    }
    return exponent;
}

[[noreturn]] void fail_as_too_large(const char* column, std::uint64_t row, double value) {
    throw std::invalid_argument(
        to_text(column, " of sample ", row, " is ", value, ", too large: sums of such squares overflow"));
}

/// The largest |number|; NaN if one is not finite. In lanes, for the compiler to use vectors.
double largest_size(std::span<const double> numbers) {
    constexpr std::size_t kLanes = 8;
    std::array<double, kLanes> largest{}, odd{};
    for (std::size_t index = 0; index < numbers.size(); index += kLanes) {
        const std::size_t count = std::min(kLanes, numbers.size() - index);
        for (std::size_t lane = 0; lane < count; ++lane) {
            const double size = std::abs(numbers[index + lane]);
            largest[lane] = largest[lane] < size ? size : largest[lane];
            odd[lane] += size - size;
        }
    }
    double size = *std::ranges::max_element(largest);
    for (const double zero_or_nan : odd) {
        size += zero_or_nan;
    }
    return size;
}

}  // namespace

double checked_size(const char* column, std::span<const double> numbers, std::uint64_t first) {
    const double largest = largest_size(numbers);
    for (std::size_t sample = 0; !(largest <= kLargest) && sample < numbers.size(); ++sample) {
        if (!(std::abs(numbers[sample]) <= kLargest)) {
            fail_as_too_large(column, first + sample + 1, numbers[sample]);
        }
    }
    return largest;
}

void check_range(std::span<const double> x, double largest, int panel_exponent, std::uint64_t first) {
    if (largest < power_of_two(kCellBits) * power_of_two(panel_exponent)) {
        return;
    }
    const auto farthest = std::ranges::find(x, largest, [](double number) { return std::abs(number); });
    const int enough = floor_exponent(largest) + 1 - kCellBits;
    const std::uint64_t sample = first + static_cast<std::uint64_t>(farthest - x.begin()) + 1;
    refuse(to_text("x of sample ", sample), *farthest,
           to_text("less than 2^62 times the width of the finest panels, 2^", panel_exponent,
                   ": wide enough are panels of 2^", enough));
}

int choose_panel_exponent(std::span<const double> x) {
    checked_size("x", x, 0);
    std::vector<double> sizes;
    for (const double number : x) {
        if (number != 0.0) {
            sizes.push_back(std::abs(number));
        }
    }
    if (sizes.empty()) {
        return kExponentOfZeros;
    }
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) / 2);
    std::ranges::nth_element(sizes, middle);
    const int of_median = floor_exponent(*middle) - kFinestPanels;
    const int of_largest = floor_exponent(*std::ranges::max_element(sizes)) - 60;
    return std::clamp(std::max(of_median, of_largest), -500, 500);
}

}  // namespace skein::internal
