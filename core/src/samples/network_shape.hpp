// The shape of the network of skein/batch_order.hpp, a function of the domain's size alone.
#pragma once

#include <cmath>
#include <cstdint>

namespace skein::internal {

/// The smallest square, or nearly square, that holds the domain: high_radix = ceil(sqrt(size)), low_radix =
/// ceil(size / high_radix). Fewer than high_radix positions are outside.
struct NetworkShape {
    std::uint32_t high_radix;
    std::uint32_t low_radix;

    /// `size` is at most 2^62.
    explicit NetworkShape(std::uint64_t size) noexcept {
        // The square root of a double is correctly rounded; the size may have been rounded before.
        auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(size)));
        while (root * root < size) ++root;
        while ((root - 1) * (root - 1) >= size) --root;
        high_radix = static_cast<std::uint32_t>(root);
        low_radix = static_cast<std::uint32_t>((size + root - 1) / root);
    }
};

}  // namespace skein::internal
