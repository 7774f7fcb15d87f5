/// A data set compressed to sums over panels of x: then the loss and gradient over all samples cost no more than those
/// of a few hundred, however many there are.
///
/// A chain's output f is analytic in x, so on a panel of x it is a polynomial q of low degree, as nearly as one likes.
/// Sums over the panel's samples (x_n, y_n) of products of polynomials are linear in the moments
///
///     A_k = sum_n T_k(u_n),   k < 2 num_nodes - 1,        R_k = sum_n r_n T_k(u_n),   S = sum_n r_n^2,   r_n = y_n - g(x_n)
///
/// (T_k: Chebyshev polynomials; u: x on the panel, from -1 to 1; g: a polynomial near y, fitted to the panel's samples).
/// With q the interpolant of f at the panel's num_nodes Chebyshev nodes, G_jk = sum_n T_j T_k = (A_{j+k} + A_{|j-k|}) / 2
/// and d = q - g, all in coefficients,
///
///     sum_n (q(x_n) - y_n)^2 = d' G d - 2 d' R + S,        sum_n (q(x_n) - y_n) q_w(x_n) = q_w' (G d - R)
///
/// exactly, but for rounding. Nothing cancels near a good fit: small losses keep their digits.
///
/// What is left is the distance between f and q, and between dloss/dw and the same of q. Both are bounded before a step,
/// from the weights alone (core/README.md derives it): finer panels are taken until the bound is below a tolerance.
///
/// Panels lie on the grid [k w, (k + 1) w), w = 2^panel_exponent, up to 64 w from 0, and are twice as wide from octave to
/// octave beyond: 32 in [2^j w, 2^(j + 1) w). Those with samples are kept; the moments of wider panels are a linear map of
/// theirs. Sums run over runs of kSplitSamples samples, then over a binary tree of
/// these: the bits are those of one pass, wherever a data set is split (at multiples of kSplitSamples) and merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "skein/execution.hpp"

namespace skein {

template <class Scalar>
class Dataset;
template <class Scalar>
class SampleSource;
template <class Scalar>
struct MiniBatch;

struct CompressionSettings {
    /// w = 2^panel_exponent, from -500 to 500. Empty: 2^-16 times the median of |x| != 0 over the first kSplitSamples
    /// samples, rounded down to a power of two; more where any of these reaches beyond 2^61 w; -30 where all are 0.
    std::optional<int> panel_exponent;
    /// Nodes of a panel: 16, 32, 48 or 64.
    std::size_t num_nodes = 16;
    /// Where in a larger data set these samples begin: a multiple of kSplitSamples.
    std::uint64_t first_index = 0;
    Execution execution;
};

/// Watches the compression of a data set.
class CompressionObserver {
public:
    virtual ~CompressionObserver() = default;
    /// So many samples more are through. Called from any thread, by one at a time.
    virtual void after_samples(std::uint64_t count) = 0;
};

/// The sums over a complete subtree of the tree over runs of samples, or over the last run, which may be shorter.
struct MomentSubtree {
    std::uint64_t first_run = 0;
    unsigned level = 0;  ///< it has 2^level runs
    std::uint64_t num_samples = 0;
    double x_min = 0.0, x_max = 0.0;
    std::vector<std::int64_t> panels;  ///< k of each panel's beginning, ascending
    /// [panels x (4 nodes + 3)], a panel after the other: number of samples, A, the coefficients of g, R, S, the largest
    /// number of samples in a run, and the largest scale of y.
    std::vector<double> sums;
};

/// A compressed data set, as a value; copies share the sums.
class CompressedDataset {
public:
    static constexpr std::uint64_t kSplitSamples = 65536;
    static constexpr std::size_t sums_per_panel(std::size_t num_nodes) noexcept { return 4 * num_nodes + 3; }

    /// From the sums that subtrees() gave. Throws std::invalid_argument where they cannot be such.
    CompressedDataset(int panel_exponent, std::size_t num_nodes, std::vector<MomentSubtree> subtrees);

    std::uint64_t num_samples() const noexcept;
    /// Sum of the sample weights: num_samples() where there are none.
    double sample_weight_sum() const noexcept;
    double x_min() const noexcept;
    double x_max() const noexcept;
    double mean_square_x() const noexcept;
    double mean_square_y() const noexcept;
    std::uint64_t first_index() const noexcept;  ///< CompressionSettings::first_index
    int panel_exponent() const noexcept;
    std::size_t num_nodes() const noexcept;
    /// The finest panels that hold samples.
    std::size_t num_panels() const noexcept;
    std::span<const MomentSubtree> subtrees() const noexcept;

    /// What skein works with.
    struct Storage;
    const Storage& storage() const noexcept { return *storage_; }

private:
    std::shared_ptr<const Storage> storage_;
};

/// One pass over the data. Throws std::invalid_argument for settings out of range, for |x| from 2^62 w on, and for
/// |x| and |y| beyond 2^480 (sums of squares), for sums that overflow; std::runtime_error where a stop was requested (execution.stop_request).
template <class Scalar>
CompressedDataset compress(const Dataset<Scalar>& data, const CompressionSettings& settings = {},
                           CompressionObserver* observer = nullptr);

/// compress() for samples that come piece by piece, of which nobody knows how many there will be: the same bits.
template <class Scalar>
class Compressor {
public:
    explicit Compressor(const CompressionSettings& settings = {}, CompressionObserver* observer = nullptr);
    Compressor(Compressor&&) noexcept;
    Compressor& operator=(Compressor&&) noexcept;
    ~Compressor();

    /// The samples that follow, finite numbers, of a weight of 0 or more; all pieces but the last have a multiple of
    /// kSplitSamples. Throws what compress() throws, and std::invalid_argument after a piece that was the last; nothing
    /// can be added then.
    void add(const MiniBatch<Scalar>& samples);
    void add(const Dataset<Scalar>& samples);
    std::uint64_t num_samples() const noexcept;
    /// Of all that was added, once. Throws std::invalid_argument for nothing, and for sums that overflow.
    CompressedDataset finish();

private:
    struct State;
    void add(const SampleSource<Scalar>& samples);
    std::unique_ptr<State> state_;
};

/// Parts of one data set, in any order, made one. Throws std::invalid_argument for none, for parts of different grids or
/// nodes, and for parts that overlap or leave a gap.
CompressedDataset merge(std::span<const CompressedDataset> parts);

}  // namespace skein
