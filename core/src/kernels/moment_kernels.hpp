// The compressed data set (skein/compressed_dataset.hpp): moments of the samples of a panel, and forward and backward
// through its nodes. In double only.
#pragma once

#include <cstring>

#include "kernels/chain_kernels.hpp"
#include "kernels/panel_arguments.hpp"

namespace skein::internal::kernels {
namespace {

/// A row of a panel's samples; the lanes past the last one have sample weight 0, and so add nothing.
struct SampleRow {
    Row<double> two_u, y, m;

    SampleRow(const PanelSamples& samples, std::size_t first) {
        const std::size_t count = samples.num_samples - first;
        if (count >= kRowLanes) {
            two_u = load(samples.u + first);
            y = load(samples.y + first);
            m = samples.m == nullptr ? broadcast(1.0) : load(samples.m + first);
        } else {
            alignas(64) double columns[3][kRowLanes] = {};
            std::memcpy(columns[0], samples.u + first, count * sizeof(double));
            std::memcpy(columns[1], samples.y + first, count * sizeof(double));
            for (std::size_t lane = 0; lane < count; ++lane) {
                columns[2][lane] = samples.m == nullptr ? 1.0 : samples.m[first + lane];
            }
            two_u = load(columns[0]);
            y = load(columns[1]);
            m = load(columns[2]);
        }
        two_u = two_u + two_u;
    }
};

/// Adds m T_k(u) for k < 2 num_nodes - 1, then m (y - centre) T_k(u) for k < num_nodes, to slots:
/// T_{k+1} = 2 u T_k - T_{k-1}.
void sum_moments(const PanelSamples& samples, double centre, std::size_t num_nodes, double* slot_sums) {
    const std::size_t num_moments = 2 * num_nodes - 1;
    double* const of_y = slot_sums + num_moments * kRowLanes;
    for (std::size_t first = 0; first < samples.num_samples; first += kRowLanes) {
        const SampleRow row(samples, first);
        const Row<double> weighted_y = row.m * (row.y - broadcast(centre));
        Row<double> before = broadcast(0.5) * row.two_u;  // T_{-1} = T_1
        Row<double> polynomial = broadcast(1.0);
        for (std::size_t k = 0; k < num_moments; ++k) {
            double* const sum = slot_sums + k * kRowLanes;
            store(sum, fused(row.m, polynomial, load(sum)));
            if (k < num_nodes) {
                double* const sum_of_y = of_y + k * kRowLanes;
                store(sum_of_y, fused(weighted_y, polynomial, load(sum_of_y)));
            }
            const Row<double> next = fused(row.two_u, polynomial, negated(before));
            before = polynomial;
            polynomial = next;
        }
    }
}

/// Adds m (y - g(u))^2 to slots, g = sum_k fit_k T_k, summed by C. W. Clenshaw's recurrence (Mathematical Tables and
/// Other Aids to Computation 9, 1955).
void sum_squares(const PanelSamples& samples, const double* fit, std::size_t num_coefficients, double* slot_sums) {
    Row<double> sum = load(slot_sums);
    for (std::size_t first = 0; first < samples.num_samples; first += kRowLanes) {
        const SampleRow row(samples, first);
        Row<double> b1 = broadcast(0.0), b2 = broadcast(0.0);
        for (std::size_t k = num_coefficients; k-- > 1;) {
            const Row<double> b = fused(row.two_u, b1, broadcast(fit[k]) - b2);
            b2 = b1;
            b1 = b;
        }
        const Row<double> g =
            fused(broadcast(0.5) * row.two_u, b1, broadcast(num_coefficients == 0 ? 0.0 : fit[0]) - b2);
        const Row<double> residual = row.y - g;
        sum = fused(row.m * residual, residual, sum);
    }
    store(slot_sums, sum);
}

/// A sum of products in twice the precision, rounded once at its end: T. Ogita, S. M. Rump and S. Oishi, Accurate sum
/// and dot product, SIAM Journal on Scientific Computing 26 (2005), algorithm Dot2 with fused multiply-add.
struct CompensatedSum {
    Row<double> high = broadcast(0.0), low = broadcast(0.0);

    SKEIN_INLINE void add_product(const Row<double>& a, const Row<double>& b) {
        const Row<double> product = a * b, error = fused(a, b, negated(product));
        const Row<double> sum = high + product, part = sum - high;
        low = low + (((high - (sum - part)) + (product - part)) + error);
        high = sum;
    }
};

/// H = C' G C [nodes x nodes] of a panel's moments; C [k x nodes]. Products of C and G cancel down to d' H d if a chain
/// is near the data at the samples, but not at the nodes between them.
void make_gram(const double* moments, const double* coefficients, std::size_t num_nodes, double* gram) {
    alignas(64) double mirrored[2 * kMaxPanelNodes], high[kMaxPanelNodes], low[kMaxPanelNodes];
    double* const middle = mirrored + kMaxPanelNodes;  // A_|j| at middle[j]
    for (std::size_t k = 0; k < num_nodes; ++k) {
        middle[k] = moments[k];
        *(middle - k) = moments[k];
    }
    for (std::size_t node = 0; node < num_nodes; ++node) {
        for (std::size_t j = 0; j < num_nodes; j += kRowLanes) {
            CompensatedSum sum;
            for (std::size_t k = 0; k < num_nodes; ++k) {
                const Row<double> twice = load(moments + j + k) + load(middle + j - k);
                sum.add_product(twice, broadcast(0.5 * coefficients[k * num_nodes + node]));
            }
            store(high + j, sum.high);
            store(low + j, sum.low);
        }
        for (std::size_t row = 0; row < num_nodes; row += kRowLanes) {
            CompensatedSum sum;
            for (std::size_t j = 0; j < num_nodes; ++j) {
                const Row<double> coefficient = load(coefficients + j * num_nodes + row);
                sum.add_product(coefficient, broadcast(high[j]));
                sum.low = fused(coefficient, broadcast(low[j]), sum.low);
            }
            store(gram + node * num_nodes + row, sum.high + sum.low);
        }
    }
}

/// One panel: from the outputs f of its nodes, residual_j = sum_i H_ji (f_i - g_i) - R_j; its part of the loss; and
/// delta_L = 2 residual f'(z_L).
template <Activation kActivation>
void panel_output(const MomentTile& tile, std::size_t first_node, const double* output) {
    const std::size_t num_nodes = tile.num_nodes;
    const MomentPanel& panel = tile.panels[first_node / num_nodes];
    alignas(64) double difference[kMaxPanelNodes];
    const Row<double> share = broadcast(panel.share);
    Row<double> loss = load(tile.slot_sums + kLossSum * kRowLanes);
    Row<double> squares = load(tile.slot_sums + kDifferenceSum * kRowLanes);
    for (std::size_t node = 0; node < num_nodes; node += kRowLanes) {
        store(difference + node, load(output + first_node + node) - load(panel.fit + node));
    }
    for (std::size_t node = 0; node < num_nodes; node += kRowLanes) {
        const Row<double> moments = load(panel.residual_moments + node);
        const double* const gram = panel.gram + node;
        Row<double> even = negated(moments), odd = broadcast(0.0);
        for (std::size_t column = 0; column < num_nodes; column += 2) {
            even = fused(load(gram + column * num_nodes), broadcast(difference[column]), even);
            odd = fused(load(gram + (column + 1) * num_nodes), broadcast(difference[column + 1]), odd);
        }
        const Row<double> residual = even + odd;
        const Row<double> d = load(difference + node);
        loss = fused(d, residual - moments, loss);
        squares = fused(share * d, d, squares);
        store(tile.deltas + first_node + node,
              times_slope<kActivation>(residual + residual, load(output + first_node + node)));
    }
    store(tile.slot_sums + kLossSum * kRowLanes, loss);
    store(tile.slot_sums + kDifferenceSum * kRowLanes, squares);
}

/// Adds the nodes of whole panels to slots.
void accumulate_moments(const MomentTile& tile) {
    const ChainView<double>& chain = tile.chain;
    const GradientTile<double> rows{chain,       tile.x,         nullptr, nullptr, tile.num_lanes, tile.activations,
                                    tile.deltas, tile.slot_sums, true};
    forward_tile(rows);
    with_activation(chain.activations[chain.num_layers - 1], [&]<Activation kActivation>() {
        for (std::size_t node = 0; node < tile.num_lanes; node += tile.num_nodes) {
            panel_output<kActivation>(tile, node, layer_input(rows, chain.num_layers));
        }
    });
    if (tile.with_gradient) {
        backward_tile<false>(rows, first_lanes<double>(kRowLanes));
    }
}

}  // namespace
}  // namespace skein::internal::kernels
