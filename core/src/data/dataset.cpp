#include "skein/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "samples/block_source.hpp"
#include "samples/memory_source.hpp"
#include "skein/batch_order.hpp"

namespace skein {

using namespace internal;

namespace {

template <class Scalar>
class MemorySource final : public SampleSource<Scalar> {
public:
    MemorySource(std::vector<Scalar> x, std::vector<Scalar> y, std::vector<Scalar> sample_weight)
        : x_(std::move(x)),
          y_(std::move(y)),
          sample_weight_(std::move(sample_weight)),
          view_({x_.data(), y_.data(), sample_weight_.empty() ? nullptr : sample_weight_.data(), x_.size()}) {}

    std::uint64_t num_samples() const noexcept override { return view_.num_samples(); }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return view_.range(first, count, buffer);
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        return view_.gather(indices, buffer);
    }

private:
    std::vector<Scalar> x_, y_, sample_weight_;
    ViewSource<Scalar> view_;
};

/// Samples [first, first + count) of a permutation of another source's samples.
template <class Scalar>
class SubsetSource final : public SampleSource<Scalar> {
public:
    SubsetSource(std::shared_ptr<const SampleSource<Scalar>> base, const Permutation& permutation, std::uint64_t first,
                 std::uint64_t count)
        : base_(std::move(base)), permutation_(permutation), first_(first), count_(count) {}

    std::uint64_t num_samples() const noexcept override { return count_; }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        return pick(count, buffer, [first](std::size_t position) { return first + position; });
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        return pick(indices.size(), buffer, [indices](std::size_t position) { return indices[position]; });
    }

private:
    template <class Index>
    MiniBatch<Scalar> pick(std::size_t count, const SampleBuffer<Scalar>& buffer, Index index) const {
        constexpr std::size_t kBlock = 256;
        std::uint64_t picked[kBlock];
        MiniBatch<Scalar> result{buffer.x, buffer.y, nullptr, count};
        for (std::size_t done = 0; done < count; done += kBlock) {
            const std::size_t block = std::min(kBlock, count - done);
            for (std::size_t position = 0; position < block; ++position) {
                picked[position] = first_ + index(done + position);
            }
            permutation_.apply({picked, block});
            const MiniBatch<Scalar> part = base_->gather({picked, block}, buffer.from(done));
            if (part.sample_weight != nullptr) {
                result.sample_weight = buffer.sample_weight;
            }
        }
        return result;
    }

    std::shared_ptr<const SampleSource<Scalar>> base_;
    Permutation permutation_;
    std::uint64_t first_, count_;
};

/// Neighbours that a split leaves together: in a file, 16 KiB of doubles in two columns.
constexpr std::uint64_t kRunSamples = 1024;
/// Fewer are too few to split by runs.
constexpr std::uint64_t kLeastRuns = 64;

/// The runs of either part, ascending. The last run of all, where it is shorter, is for training.
struct RunsSplit {
    RunsSplit(std::uint64_t num_samples, std::uint64_t num_validation, std::uint64_t seed) {
        const std::uint64_t num_runs = num_samples / kRunSamples;
        const Permutation permutation(num_runs, seed, random::Stream::validation_split, 0);
        const std::uint64_t num_chosen =
            std::clamp<std::uint64_t>((num_validation + kRunSamples / 2) / kRunSamples, 1, num_runs - 1);
        for (std::uint64_t place = 0; place < num_runs; ++place) {
            (place < num_chosen ? validation : training).push_back(permutation(place));
        }
        if (num_samples % kRunSamples != 0) {
            training.push_back(num_runs);
        }
        std::ranges::sort(training);
        std::ranges::sort(validation);
    }
    std::vector<std::uint64_t> training, validation;
};

/// Some of the runs of another source, in order: fast where it prefers blocks.
template <class Scalar>
class RunsSource final : public BlockSource<Scalar> {
public:
    /// Run r is samples [r kRunSamples, (r + 1) kRunSamples). `runs` ascend; the last run of all may be shorter.
    RunsSource(std::shared_ptr<const SampleSource<Scalar>> base, std::vector<std::uint64_t> runs)
        : base_(std::move(base)),
          runs_(std::move(runs)),
          num_samples_(kRunSamples * (runs_.size() - 1) +
                       std::min(kRunSamples, base_->num_samples() - kRunSamples * runs_.back())) {}

    std::uint64_t num_samples() const noexcept override { return num_samples_; }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        bool is_weighted = false;
        for (std::size_t done = 0; done < count;) {
            const std::uint64_t in_run = (first + done) % kRunSamples;
            const std::size_t size =
                static_cast<std::size_t>(std::min<std::uint64_t>(count - done, kRunSamples - in_run));
            const SampleBuffer<Scalar> to = buffer.from(done);
            is_weighted = put(base_->range(row_of(first + done), size, to), to);
            done += size;
        }
        return {buffer.x, buffer.y, is_weighted ? buffer.sample_weight : nullptr, count};
    }

private:
    std::uint64_t row_of(std::uint64_t index) const {
        return runs_[static_cast<std::size_t>(index / kRunSamples)] * kRunSamples + index % kRunSamples;
    }

    /// A range makes the base read ahead, which is for many.
    bool read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const override {
        std::array<std::uint64_t, 32> rows;
        if (count > rows.size()) {
            return range(first, count, to).sample_weight != nullptr;
        }
        for (std::size_t position = 0; position < count; ++position) {
            rows[position] = row_of(first + position);
        }
        return put(base_->gather(std::span(rows).first(count), to), to);
    }

    /// Returns whether they have weights.
    static bool put(const MiniBatch<Scalar>& samples, const SampleBuffer<Scalar>& to) {
        const auto copy = [&](const Scalar* from, Scalar* column) {
            if (from != column) {
                std::copy_n(from, samples.num_samples, column);
            }
        };
        copy(samples.x, to.x);
        copy(samples.y, to.y);
        if (samples.sample_weight != nullptr) {
            copy(samples.sample_weight, to.sample_weight);
        }
        return samples.sample_weight != nullptr;
    }

    std::shared_ptr<const SampleSource<Scalar>> base_;
    std::vector<std::uint64_t> runs_;
    std::uint64_t num_samples_;
};

/// In the place of samples that are not there.
template <class Scalar>
class NoSamples final : public SampleSource<Scalar> {
public:
    explicit NoSamples(std::uint64_t num_samples) : num_samples_(num_samples) {}
    std::uint64_t num_samples() const noexcept override { return num_samples_; }
    MiniBatch<Scalar> range(std::uint64_t, std::size_t, const SampleBuffer<Scalar>&) const override { refuse(); }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t>, const SampleBuffer<Scalar>&) const override { refuse(); }

private:
    [[noreturn]] static void refuse() {
        throw std::invalid_argument("the data set is compressed: single samples are not there any more");
    }
    std::uint64_t num_samples_;
};

template <class Scalar>
void check_column(const char* column, const std::vector<Scalar>& values, std::size_t num_samples) {
    if (values.size() != num_samples) {
        throw std::invalid_argument(std::string(column) + " has " + std::to_string(values.size()) + " rows: expected " +
                                    std::to_string(num_samples) + ", as x has");
    }
    for (std::size_t row = 0; row < values.size(); ++row) {
        require(std::isfinite(values[row]), std::string(column) + " in row " + std::to_string(row + 1), values[row],
                "a finite number");
    }
}

template <class Scalar>
void check_sample_weights(const std::vector<Scalar>& sample_weight) {
    double sum = 0.0;
    for (std::size_t row = 0; row < sample_weight.size(); ++row) {
        require(!(sample_weight[row] < 0), "the sample weight in row " + std::to_string(row + 1), sample_weight[row],
                "0 or more");
        sum += static_cast<double>(sample_weight[row]);
    }
    if (!sample_weight.empty() && !(sum > 0.0)) {
        throw std::invalid_argument("the sample weights sum to 0: expected at least one that is positive");
    }
    if (!std::isfinite(sum)) {
        throw std::invalid_argument("the sum of the sample weights is infinite: expected smaller ones");
    }
}

}  // namespace

template <class Scalar>
Dataset<Scalar>::Dataset(std::vector<Scalar> x, std::vector<Scalar> y, std::vector<Scalar> sample_weight) {
    const FloatingPointEnvironment environment;
    if (x.empty()) {
        throw std::invalid_argument("the data set has no samples");
    }
    check_column("x", x, x.size());
    check_column("y", y, x.size());
    if (!sample_weight.empty()) {
        check_column("the sample weight", sample_weight, x.size());
        check_sample_weights(sample_weight);
    }
    source_ = std::make_shared<MemorySource<Scalar>>(std::move(x), std::move(y), std::move(sample_weight));
}

template <class Scalar>
Dataset<Scalar>::Dataset(std::shared_ptr<const SampleSource<Scalar>> source) : source_(std::move(source)) {
    if (source_ == nullptr || source_->num_samples() == 0) {
        throw std::invalid_argument("the data set has no samples");
    }
}

template <class Scalar>
Dataset<Scalar>::Dataset(CompressedDataset compressed, double tolerance, const Dataset* samples)
    : source_(samples != nullptr ? samples->source_ : std::make_shared<NoSamples<Scalar>>(compressed.num_samples())),
      compressed_(std::move(compressed)),
      tolerance_(tolerance),
      has_samples_(samples != nullptr && samples->has_samples_) {
    require(tolerance > 0.0 && std::isfinite(tolerance), "the tolerance of compressed data", tolerance,
            "a positive number");
    if (source_->num_samples() != compressed_->num_samples()) {
        refuse("the number of samples that were compressed", compressed_->num_samples(),
               "as many as there are, " + std::to_string(source_->num_samples()));
    }
}

template <class Scalar>
typename Dataset<Scalar>::Split Dataset<Scalar>::split(double fraction, std::uint64_t seed) const {
    const FloatingPointEnvironment environment;
    if (compressed_) {
        throw std::invalid_argument("the data set is compressed: it cannot be split any more");
    }
    require(fraction > 0.0 && fraction < 1.0, "the validation fraction", fraction, "more than 0 and less than 1");
    const std::uint64_t total = num_samples();
    const std::uint64_t num_validation =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::floor(fraction * static_cast<double>(total) + 0.5)));
    require(num_validation < total, "the validation fraction", fraction,
            "one that leaves at least one sample for training");
    if (source_->prefers_blocks() && total >= kLeastRuns * kRunSamples) {
        RunsSplit runs(total, num_validation, seed);
        return {Dataset(std::make_shared<RunsSource<Scalar>>(source_, std::move(runs.training))),
                Dataset(std::make_shared<RunsSource<Scalar>>(source_, std::move(runs.validation)))};
    }
    const Permutation permutation(total, seed, random::Stream::validation_split, 0);
    const auto part = [&](std::uint64_t first, std::uint64_t count) {
        return Dataset(std::make_shared<SubsetSource<Scalar>>(source_, permutation, first, count));
    };
    return {part(num_validation, total - num_validation), part(0, num_validation)};
}

template class Dataset<float>;
template class Dataset<double>;

}  // namespace skein
