#include "compression/moment_level.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/power.hpp"
#include "compression/panel_grid.hpp"
#include "kernels/kernel_table.hpp"

namespace skein::internal {
namespace {

/// How often a panel's fit changes on the way from its segments: 48 times in the tree, 56 times at most by coarser
/// panels; plus the rounding of g at the nodes: |H e| <= 2 / p |G| |e| with |e| <= p^2 eps |g|, which is sqrt(2 p) of
/// these, 12 at most.
constexpr double kMoves = 128;
/// Samples all over a panel determine at least this number of coefficients; few samples, few values, or samples close
/// together do not.
constexpr std::size_t kSpread = 8;
constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 2;

std::span<double> panel_of(std::vector<double>& sums, std::size_t panel, const PanelLayout& layout) {
    return std::span(sums).subspan(panel * layout.stride, layout.stride);
}

/// sum_n y_n T_k(u_n) = G g + R.
std::vector<double> moments_of_y(std::span<const double> panel, const PanelLayout& layout) {
    std::vector<double> result(layout.num_nodes);
    apply_gram(panel.subspan(layout.moments, layout.fit - layout.moments), panel.subspan(layout.fit, layout.num_nodes),
               result);
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        result[k] += panel[layout.residual_moments + k];
    }
    return result;
}

/// A panel of twice the width, of one or two halves.
void combine_halves(std::span<const std::span<const double>> halves, std::span<const ChebyshevHalf* const> maps,
                    const PanelLayout& layout, std::span<double> parent) {
    const std::size_t num_moments = layout.fit - layout.moments, num_nodes = layout.num_nodes;
    const std::span<double> moments = parent.subspan(layout.moments, num_moments);
    std::vector<double> of_y(num_nodes);
    for (std::size_t half = 0; half < halves.size(); ++half) {
        parent[layout.count] += halves[half][layout.count];
        maps[half]->add_moments(halves[half].subspan(layout.moments, num_moments), moments);
        maps[half]->add_moments(moments_of_y(halves[half], layout), of_y);
    }
    const std::span<double> fit = parent.subspan(layout.fit, num_nodes);
    least_squares(moments, of_y, fit_coefficients(parent[layout.count], num_nodes), fit);
    for (std::size_t half = 0; half < halves.size(); ++half) {
        std::vector<double> moved(halves[half].begin(), halves[half].end()), restricted(num_nodes);
        maps[half]->restrict(fit, restricted);
        move_to_fit(layout, restricted, moved);
        maps[half]->add_moments(std::span(moved).subspan(layout.residual_moments, num_nodes),
                                parent.subspan(layout.residual_moments, num_nodes));
        parent[layout.squares] += moved[layout.squares];
        for (const std::size_t largest : {layout.largest_segment, layout.fit_scale}) {
            parent[largest] = std::max(parent[largest], moved[largest]);
        }
    }
}

/// sqrt(sum_jk (largest error of A_{j+k})^2) over the sum of the sample weights.
///
/// The recurrence of T_k magnifies one rounding to k (k + 1) / 2 of them, since |U_k| <= k + 1 (Chebyshev polynomials
/// of the second kind). u is exact except next to 0; a rounding there is k^2 of them in T_k, since |T_k'| <= k^2. A sum
/// goes through the additions of a chunk, of chunks to a slot, 4 of the slots' tree and at most 48 of the tree over
/// segments.
///
/// For coarser panels A is a linear map of such sums. Its rows are the coefficients of a polynomial that is at most 1:
/// their sum of squares is at most 2, so their sum of absolute values at most 2 sqrt(p), for any number of coarsenings.
/// Each coarsening adds the rounding of 2 p products.
double relative_gram_error(std::size_t num_nodes, double largest_segment, std::size_t num_coarsenings) {
    const double p = static_cast<double>(num_nodes), row_sum = 2.0 * std::sqrt(p);
    const double chunk = static_cast<double>(kPanelChunk);
    const double additions = std::min(largest_segment, chunk) / 16.0 + 1.0 + largest_segment / chunk + 4.0 + 48.0;
    const double coarsenings = static_cast<double>(num_coarsenings) * 2.0 * p * row_sum;
    double squares = 0.0;
    for (std::size_t degree = 0; degree <= 2 * (num_nodes - 1); ++degree) {
        const double k = num_coarsenings == 0 ? static_cast<double>(degree) : 2.0 * p - 2.0;
        const double once = k * (k + 1.0) / 2.0 + k * k + additions;
        const double error = kEpsilon * (num_coarsenings == 0 ? once : row_sum * (once + coarsenings));
        const std::size_t count = degree < num_nodes ? degree + 1 : 2 * num_nodes - 1 - degree;
        squares += static_cast<double>(count) * error * error;
    }
    return std::sqrt(squares);
}

/// |G|_F over the sum of the sample weights, which is above 0.
double norm_of_gram(std::span<const double> moments, std::size_t num_nodes) {
    double squares = 0.0;
    for (std::size_t j = 0; j < num_nodes; ++j) {
        for (std::size_t k = 0; k < num_nodes; ++k) {
            const double element = 0.5 * (moments[j + k] / moments[0] + moments[j < k ? k - j : j - k] / moments[0]);
            squares += element * element;
        }
    }
    return std::sqrt(squares);
}

/// Levels between a panel and the finest panels in it.
std::size_t num_coarsenings(std::int64_t panel, int level) {
    const std::int64_t next_to_zero = panel < 0 ? panel + (std::int64_t{1} << level) - 1 : panel;
    return static_cast<std::size_t>(level - finest_level(next_to_zero));
}

/// A fit of y on a panel, in Chebyshev coefficients.
struct Fit {
    std::vector<double> coefficients;  // [nodes]
    std::size_t num_determined;        // by the samples
};

/// Makes the panel's g the best fit to all of its samples.
Fit refit(const PanelLayout& layout, std::span<double> panel) {
    const std::span<const double> moments = panel.subspan(layout.moments, layout.fit - layout.moments);
    std::vector<double> best(layout.num_nodes);
    const std::size_t num_determined = least_squares(moments, panel.subspan(layout.residual_moments, layout.num_nodes),
                                                     fit_coefficients(panel[layout.count], layout.num_nodes), best);
    for (std::size_t k = 0; k < layout.num_nodes; ++k) {
        best[k] += panel[layout.fit + k];
    }
    move_to_fit(layout, best, panel);
    return {std::move(best), num_determined};
}

double mean_square_y(const PanelLayout& layout, std::span<const double> fit, std::span<const double> panel) {
    const std::span<const double> moments = panel.subspan(layout.moments, layout.fit - layout.moments);
    std::vector<double> product(layout.num_nodes);
    apply_gram(moments, fit, product);
    const double squares = dot(fit, product) +
                           2.0 * dot(fit, panel.subspan(layout.residual_moments, layout.num_nodes)) +
                           panel[layout.squares];
    return moments[0] > 0.0 ? std::max(squares, 0.0) / moments[0] : 0.0;
}

}  // namespace

PanelSums coarser(const PanelSums& fine, int level, const PanelLayout& layout) {
    const std::size_t num_moments = layout.fit - layout.moments;
    const ChebyshevHalf left(num_moments, false), right(num_moments, true);
    PanelSums coarse;
    for (std::size_t panel = 0; panel < fine.panels.size();) {
        const bool is_wider = finest_level(fine.panels[panel]) > level;
        const std::int64_t parent = is_wider ? fine.panels[panel] : panel_of(fine.panels[panel], level + 1);
        coarse.panels.push_back(parent);
        coarse.sums.resize(coarse.sums.size() + layout.stride);
        const std::span<double> sums = panel_of(coarse.sums, coarse.panels.size() - 1, layout);
        if (is_wider) {
            std::ranges::copy(std::span(fine.sums).subspan(panel * layout.stride, layout.stride), sums.begin());
            ++panel;
            continue;
        }
        std::vector<std::span<const double>> halves;
        std::vector<const ChebyshevHalf*> maps;
        for (; panel < fine.panels.size() && panel_of(fine.panels[panel], level + 1) == parent; ++panel) {
            halves.push_back(std::span(fine.sums).subspan(panel * layout.stride, layout.stride));
            maps.push_back(fine.panels[panel] == parent ? &left : &right);
        }
        combine_halves(halves, maps, layout, sums);
    }
    return coarse;
}

MomentLevel::MomentLevel(PanelSums panel_sums, int level, double cell_width, const Chebyshev& chebyshev,
                         double sample_weight_sum) {
    const PanelLayout layout(chebyshev.num_nodes());
    for (std::size_t index = 0; index < panel_sums.panels.size(); ++index) {
        if (finest_level(panel_sums.panels[index]) <= level) {
            add_panel(panel_sums.panels[index], level, cell_width, panel_of(panel_sums.sums, index, layout), chebyshev,
                      sample_weight_sum);
        }
    }
}

std::size_t MomentLevel::index_of(std::int64_t first_cell) const noexcept {
    const auto found = std::ranges::lower_bound(panels, first_cell);
    return found != panels.end() && *found == first_cell ? static_cast<std::size_t>(found - panels.begin()) : kNone;
}

void MomentLevel::note_halves(const MomentLevel& below, int level) {
    for (const std::int64_t first_cell : panels) {
        has_left.push_back(below.index_of(first_cell) != kNone);
        has_right.push_back(below.index_of(first_cell + (std::int64_t{1} << (level - 1))) != kNone);
    }
}

void MomentLevel::add_panel(std::int64_t first_cell, int level, double cell_width, std::span<double> panel,
                            const Chebyshev& chebyshev, double sample_weight_sum) {
    const PanelLayout layout(chebyshev.num_nodes());
    const Fit best = refit(layout, panel);
    const std::span<const double> moments = panel.subspan(layout.moments, layout.fit - layout.moments);
    const double mean_u = moments[0] > 0.0 ? std::clamp(moments[1] / moments[0], -1.0, 1.0) : 0.0;
    const auto x_at = [&](double place) {  // from 0 to 1 on the panel
        return (static_cast<double>(first_cell) + place * power_of_two(level)) * cell_width;
    };
    panels.push_back(first_cell);
    is_spread.push_back(best.num_determined >= kSpread);
    mean_x.push_back(x_at(0.5 + 0.5 * mean_u));
    for (std::size_t node = 0; node < layout.num_nodes; ++node) {
        x.push_back(x_at(0.5 + 0.5 * chebyshev.node(node)));
    }
    shares.push_back(moments[0] / sample_weight_sum);
    mean_squares_y.push_back(mean_square_y(layout, best.coefficients, panel));
    add_sums(best.coefficients, panel, chebyshev);
    add_errors(num_coarsenings(first_cell, level), panel, layout);
}

/// From coefficients to values at the nodes.
void MomentLevel::add_sums(std::span<const double> best, std::span<const double> panel, const Chebyshev& chebyshev) {
    const std::size_t num_nodes = chebyshev.num_nodes();
    const PanelLayout layout(num_nodes);
    squares.push_back(panel[layout.squares]);
    for (std::size_t node = 0; node < num_nodes; ++node) {
        fit.push_back(0.0);
        residual_moments.push_back(0.0);
        for (std::size_t k = num_nodes; k-- > 0;) {
            fit.back() += best[k] * chebyshev.value(k, node);
            residual_moments.back() += chebyshev.coefficient(k, node) * panel[layout.residual_moments + k];
        }
    }
    gram.resize(gram.size() + num_nodes * num_nodes);
    kernels::kernel_table().make_gram(&panel[layout.moments], chebyshev.coefficients().data(), num_nodes,
                                      gram.data() + gram.size() - num_nodes * num_nodes);
}

/// |C|_2^2 = 2 / p, |C|_F^2 < 2, |H|_F < 2 (over the sum of the weights; see CompressedGradient::bound_errors). G is
/// rounded once more, each C by 4 roundings at most, H once: its products are compensated.
void MomentLevel::add_errors(std::size_t coarsenings, std::span<const double> panel, const PanelLayout& layout) {
    const std::span<const double> moments = panel.subspan(layout.moments, layout.fit - layout.moments);
    const double p = static_cast<double>(layout.num_nodes);
    const double gram_norm = moments[0] > 0.0 ? norm_of_gram(moments, layout.num_nodes) : 0.0;
    const double sums_error = relative_gram_error(layout.num_nodes, panel[layout.largest_segment], coarsenings);
    const double y_scale = panel[layout.fit_scale];
    const double y_error = (2.0 * sums_error + kMoves * p * kEpsilon * gram_norm) * y_scale;
    gram_errors.push_back(2.0 / p * (sums_error + 2.0 * kEpsilon * gram_norm) +
                          16.0 / std::sqrt(p) * kEpsilon * gram_norm + 4.0 * kEpsilon);
    moments_errors.push_back(std::sqrt(2.0 / p) * y_error);
    squares_errors.push_back(y_scale * y_error);
}

}  // namespace skein::internal
