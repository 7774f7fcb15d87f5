#include "compression/panel_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/require.hpp"
#include "kernels/kernel_table.hpp"

namespace skein::internal {
namespace {

/// Least pivot of a fit's equations, over the sum of the sample weights (1/2 for samples spread evenly in the angle of
/// Chebyshev's points). Smaller ones magnify noise in y on parts of a panel without samples: 2^-20 a thousandfold and
/// more, and losses lost eight digits. A fit of lower degree costs nothing: losses keep their digits as long as d^2
/// does not cancel.
constexpr double kLeastPivot = 0x1p-6;

}  // namespace

void check_num_nodes(std::size_t num_nodes) {
    require(num_nodes >= 16 && num_nodes <= 64 && num_nodes % 16 == 0, "the number of nodes of a panel", num_nodes,
            "16, 32, 48 or 64");
}

void check_panel_exponent(int exponent) {
    require(exponent >= -500 && exponent <= 500, "the panel exponent", exponent, "from -500 to 500");
}

std::size_t fit_coefficients(double num_samples, std::size_t num_nodes) noexcept {
    return std::min(num_nodes, static_cast<std::size_t>(std::sqrt(num_samples)));
}

void apply_gram(std::span<const double> moments, std::span<const double> v, std::span<double> result) noexcept {
    std::ranges::fill(result, 0.0);
    for (std::size_t k = 0; k < v.size(); ++k) {
        const double half = 0.5 * v[k];
        const double* const sum = moments.data() + k;
        for (std::size_t j = 0; j < k; ++j) {
            result[j] += half * (sum[j] + moments[k - j]);
        }
        for (std::size_t j = k; j < result.size(); ++j) {
            result[j] += half * (sum[j] + moments[j - k]);
        }
    }
}

double dot(std::span<const double> a, std::span<const double> b) noexcept {
    double sum = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        sum += a[k] * b[k];
    }
    return sum;
}

std::size_t used_coefficients(std::span<const double> coefficients) noexcept {
    std::size_t count = coefficients.size();
    while (count != 0 && coefficients[count - 1] == 0.0) {
        --count;
    }
    return count;
}

std::size_t least_squares(std::span<const double> moments, std::span<const double> b, std::size_t num_coefficients,
                          std::span<double> v) noexcept {
    constexpr std::size_t kMax = kernels::kMaxPanelNodes;
    std::size_t size = moments[0] > 0.0 ? num_coefficients : 0;
    std::array<std::array<double, kMax>, kMax> factor;
    const double least_pivot = kLeastPivot * moments[0];
    std::ranges::fill(v, 0.0);
    for (std::size_t row = 0; row < size; ++row) {
        double pivot = 0.5 * (moments[2 * row] + moments[0]);
        for (std::size_t column = 0; column < row; ++column) {
            double sum = 0.5 * (moments[row + column] + moments[row - column]);
            for (std::size_t k = 0; k < column; ++k) {
                sum -= factor[row][k] * factor[column][k];
            }
            factor[row][column] = sum / factor[column][column];
            pivot -= factor[row][column] * factor[row][column];
        }
        if (!(pivot >= least_pivot)) {
            size = row;
            break;
        }
        factor[row][row] = std::sqrt(pivot);
        v[row] = b[row];
        for (std::size_t k = 0; k < row; ++k) {
            v[row] -= factor[row][k] * v[k];
        }
        v[row] /= factor[row][row];
    }
    for (std::size_t row = size; row-- > 0;) {
        for (std::size_t k = row + 1; k < size; ++k) {
            v[row] -= factor[k][row] * v[k];
        }
        v[row] /= factor[row][row];
    }
    return size;
}

void note_scale(const PanelLayout& layout, std::span<double> panel) noexcept {
    const std::span<const double> fit = panel.subspan(layout.fit, layout.num_nodes);
    const double weight = panel[layout.moments];
    const double rms = weight > 0.0 ? std::sqrt(panel[layout.squares] / weight) : 0.0;
    panel[layout.fit_scale] = std::max(panel[layout.fit_scale], std::sqrt(dot(fit, fit)) + rms);
}

void move_to_fit(const PanelLayout& layout, std::span<const double> fit, std::span<double> panel) noexcept {
    std::array<double, kernels::kMaxPanelNodes> shift_of, product_of;
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        shift_of[k] = fit[k] - panel[layout.fit + k];
        panel[layout.fit + k] = fit[k];
    }
    const std::span<double> shift =
        std::span(shift_of).first(used_coefficients(std::span(shift_of).first(layout.num_nodes)));
    const std::span<double> product = std::span(product_of).first(layout.num_nodes);
    apply_gram(panel.subspan(layout.moments, layout.fit - layout.moments), shift, product);
    const std::span<double> residual_moments = panel.subspan(layout.residual_moments, layout.num_nodes);
    double& squares = panel[layout.squares];
    squares = std::max(squares + dot(shift, product) - 2.0 * dot(shift, residual_moments), 0.0);
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        residual_moments[k] -= product[k];
    }
    note_scale(layout, panel);
}

}  // namespace skein::internal
