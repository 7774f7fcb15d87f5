/// Data sets compressed to sums over panels of x: loss and gradient over all samples then cost as much as over a few
/// hundred, however many samples there are.
///
/// A chain's output f is analytic in x. So on a narrow panel of x it is a polynomial q of low degree, up to a small
/// error. Sums of products of polynomials over the panel's samples (x_n, y_n) are linear in the moments
///
///     A_k = sum_n T_k(u_n),   k < 2 num_nodes - 1,     R_k = sum_n r_n T_k(u_n),
///     S = sum_n r_n^2,        r_n = y_n - g(x_n)
///
/// (T_k: Chebyshev polynomials; u: x on the panel, from -1 to 1; g: a polynomial near y, fitted to the panel's
/// samples). Let q interpolate f at the panel's num_nodes Chebyshev nodes, let d = q - g, and
/// G_jk = sum_n T_j T_k = (A_{j+k} + A_{|j-k|}) / 2. In coefficients,
///
///     sum_n (q(x_n) - y_n)^2 = d' G d - 2 d' R + S,        sum_n (q(x_n) - y_n) q_w(x_n) = q_w' (G d - R)
///
/// exactly, except for rounding (q_w: the interpolant of df/dw). Nothing cancels near a good fit: small losses keep
/// their digits.
///
/// Two errors remain: f - q, and df/dw - q_w. Both are bounded before a step, from the weights alone;
/// core/docs/compressed-data.md has the proof. A step takes finer panels until
/// the bound is below a tolerance.
///
/// Panels lie on the grid [k w, (k + 1) w), w = 2^panel_exponent, up to 64 w from 0. Beyond that they double in width
/// from octave to octave: [2^j w, 2^(j + 1) w) has 32 panels. Only panels with samples are kept. The moments of wider
/// panels are a linear map of those of narrow ones.
///
/// Samples are summed in segments of kSegmentSamples, and segments in a binary tree. So a data set may be split at
/// multiples of kSegmentSamples and merged again: the bits are those of one pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "skein/execution.hpp"

namespace skein {

template <class Scalar>
class Dataset;
template <class Scalar>
class SampleSource;
template <class Scalar>
struct MiniBatch;

namespace internal {
struct CompressedStorage;
struct CompressedAccess;
}  // namespace internal

/// A compressed data set, as a value. Copies share the sums.
class CompressedDataset {
public:
    /// Samples of a segment: what is summed alone before it enters the tree.
    static constexpr std::uint64_t kSegmentSamples = 65536;

    std::uint64_t num_samples() const noexcept;
    /// Sum of the sample weights: num_samples() if there are none.
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

private:
    friend struct internal::CompressedAccess;
    explicit CompressedDataset(std::shared_ptr<const internal::CompressedStorage> storage) noexcept;
    std::shared_ptr<const internal::CompressedStorage> storage_;
};

struct CompressionSettings {
    /// w = 2^panel_exponent, from -500 to 500. If empty, w follows from the first kSegmentSamples samples: the median
    /// of the nonzero |x|, times 2^-16, rounded down to a power of two; larger if some |x| exceeds 2^61 w. If all x are
    /// 0, the exponent is -30.
    std::optional<int> panel_exponent;
    /// Nodes of a panel: 16, 32, 48 or 64.
    std::size_t num_nodes = 16;
    /// Index of the first of these samples in a larger data set: a multiple of kSegmentSamples.
    std::uint64_t first_index = 0;
    Execution execution;
};

/// Watches the compression of a data set.
class CompressionObserver {
public:
    virtual ~CompressionObserver() = default;
    /// `count` more samples are done. Calls are serialised; any thread may make them.
    virtual void after_samples(std::uint64_t count) = 0;
};

/// Compresses all samples in one pass.
/// Throws std::invalid_argument for settings out of range, for |x| from 2^62 w on, for |x| and |y| beyond 2^480
/// (squares would overflow), and for sums that overflow; Stopped if a stop was requested (execution.stop_request).
template <class Scalar>
[[nodiscard]] CompressedDataset compress(const Dataset<Scalar>& data, const CompressionSettings& settings = {},
                                         CompressionObserver* observer = nullptr);

/// compress() for samples that come piece by piece, in unknown number: the same bits.
template <class Scalar>
class Compressor {
public:
    explicit Compressor(const CompressionSettings& settings = {}, CompressionObserver* observer = nullptr);
    Compressor(Compressor&&) noexcept;
    Compressor& operator=(Compressor&&) noexcept;
    ~Compressor();

    /// Adds the samples that follow: finite numbers, sample weights of 0 or more. Each piece but the last has a
    /// multiple of kSegmentSamples; after another number of samples nothing can be added.
    /// Throws as compress() does, and std::invalid_argument for a piece after the last.
    void add(const MiniBatch<Scalar>& samples);
    void add(const SampleSource<Scalar>& samples);
    std::uint64_t num_samples() const noexcept;
    /// The data set of all that was added. Call it once. Throws std::invalid_argument if nothing was added, and for
    /// sums that overflow.
    [[nodiscard]] CompressedDataset finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One data set of its parts, in any order. Throws std::invalid_argument for no parts, for parts with different panels
/// or nodes, and for parts that overlap or leave a gap.
[[nodiscard]] CompressedDataset merge_compressed(std::span<const CompressedDataset> parts);

}  // namespace skein
