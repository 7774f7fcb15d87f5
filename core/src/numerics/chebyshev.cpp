#include "numerics/chebyshev.hpp"

#include <algorithm>
#include <cstdint>

#include "skein/elementary.hpp"

namespace skein::internal {
namespace {

/// cos(pi k (2 j + 1) / 2 n), its argument reduced exactly.
std::vector<double> cosines(std::size_t num_nodes) {
    std::vector<double> turns(num_nodes * num_nodes), values(turns.size());
    const std::size_t whole_turn = 4 * num_nodes;
    for (std::size_t k = 0; k < num_nodes; ++k) {
        for (std::size_t node = 0; node < num_nodes; ++node) {
            turns[k * num_nodes + node] =
                static_cast<double>(k * (2 * node + 1) % whole_turn) / static_cast<double>(whole_turn);
        }
    }
    elementary::cos_two_pi(std::span<const double>(turns), std::span<double>(values));
    return values;
}

}  // namespace

Chebyshev::Chebyshev(std::size_t num_nodes)
    : num_nodes_(num_nodes), values_(cosines(num_nodes)), coefficients_(values_) {
    for (std::size_t index = 0; index < coefficients_.size(); ++index) {
        coefficients_[index] *= (index < num_nodes ? 1.0 : 2.0) / static_cast<double>(num_nodes);
    }
}

/// Row by row, with u = (v +- 1) / 2: T_{k+1}(u) = 2 u T_k(u) - T_{k-1}(u), and 2 v T_j(v) = T_{j+1}(v) + T_{|j-1|}(v).
ChebyshevHalf::ChebyshevHalf(std::size_t size, bool is_right) : size_(size), map_(size * size) {
    const double shift = is_right ? 1.0 : -1.0;
    map_[0] = 1.0;
    for (std::size_t k = 0; k + 1 < size; ++k) {
        const double* const row = map_.data() + k * size;
        double* const next = map_.data() + (k + 1) * size;
        const double factor = k == 0 ? 0.5 : 1.0;  // T_1 = u, the others from 2 u
        for (std::size_t j = 0; j <= k; ++j) {
            next[j] += factor * shift * row[j];
            next[j + 1] += factor * (j == 0 ? 1.0 : 0.5) * row[j];
            if (j != 0) {
                next[j - 1] += factor * 0.5 * row[j];
            }
        }
        for (std::size_t j = 0; k != 0 && j < k; ++j) {
            next[j] -= row[j - size];
        }
    }
}

void ChebyshevHalf::add_moments(std::span<const double> child, std::span<double> parent) const noexcept {
    for (std::size_t k = 0; k < child.size(); ++k) {
        double sum = 0.0;
        for (std::size_t j = 0; j <= k; ++j) {
            sum += map_[k * size_ + j] * child[j];
        }
        parent[k] += sum;
    }
}

void ChebyshevHalf::restrict(std::span<const double> parent, std::span<double> child) const noexcept {
    std::ranges::fill(child, 0.0);
    for (std::size_t k = 0; k < parent.size(); ++k) {
        for (std::size_t j = 0; j <= k; ++j) {
            child[j] += parent[k] * map_[k * size_ + j];
        }
    }
}

}  // namespace skein::internal
