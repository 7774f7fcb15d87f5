// Polynomials on [-1, 1] as sums of Chebyshev polynomials T_k, and at the Chebyshev points t_j = cos(pi (2 j + 1) / 2
// n).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace skein::internal {

class Chebyshev {
public:
    explicit Chebyshev(std::size_t num_nodes);

    std::size_t num_nodes() const noexcept { return num_nodes_; }
    /// t_j.
    double node(std::size_t node) const noexcept { return value(1, node); }
    /// T_k(t_j).
    double value(std::size_t k, std::size_t node) const noexcept { return values_[k * num_nodes_ + node]; }
    /// C_kj: the interpolant of numbers f_j at the nodes has the coefficients sum_j C_kj f_j.
    double coefficient(std::size_t k, std::size_t node) const noexcept { return coefficients_[k * num_nodes_ + node]; }
    std::span<const double> coefficients() const noexcept { return coefficients_; }

private:
    std::size_t num_nodes_;
    std::vector<double> values_, coefficients_;  // [nodes x nodes], a k after the other
};

/// What T_k is on one half of [-1, 1]: T_k = sum_j Q_kj T_j(v), v from -1 to 1 on that half; k, j < size.
class ChebyshevHalf {
public:
    /// The right half, [0, 1], or the left one.
    ChebyshevHalf(std::size_t size, bool is_right);

    /// parent_k += sum_j Q_kj child_j: of moments on that half, what they are on the whole.
    void add_moments(std::span<const double> child, std::span<double> parent) const noexcept;
    /// child_j = sum_k parent_k Q_kj: of a polynomial's coefficients on the whole, those on that half.
    void restrict(std::span<const double> parent, std::span<double> child) const noexcept;

private:
    std::size_t size_;
    std::vector<double> map_;  // [k x j], k >= j
};

}  // namespace skein::internal
