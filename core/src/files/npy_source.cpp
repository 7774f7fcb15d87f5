#include "files/npy_source.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "files/fail.hpp"
#include "files/to_text.hpp"
#include "skein/batch_order.hpp"

namespace skein::files {
namespace {

/// Rows that go through the stack on their way into columns: 16 KiB of doubles in two columns.
constexpr std::size_t kBlockRows = 1024;
/// How far ahead of a thread that reads in order the kernel is asked to fetch: 1 MiB of doubles in two columns.
constexpr std::uint64_t kAheadRows = 65536;

template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == sizeof(float), std::uint32_t, std::uint64_t>;

/// 0 where the number is finite: a - a is +0 then, else NaN. In integers, so that the compiler may take many at a time:
/// numbers are looked at on their way into columns at no cost to speak of.
template <class Scalar>
Bits<Scalar> oddity(Scalar value) {
    return std::bit_cast<Bits<Scalar>>(value - value);
}
/// Likewise for what has its sign bit set.
template <class Scalar>
Bits<Scalar> sign(Scalar value) {
    return std::bit_cast<Bits<Scalar>>(value) >> (8 * sizeof(Scalar) - 1);
}

/// Rows of the file into columns. Returns whether there is nothing odd about them.
template <class Scalar>
bool take_apart(const Scalar* __restrict rows, std::size_t count, Scalar* __restrict x, Scalar* __restrict y) {
    Bits<Scalar> odd = 0;
    for (std::size_t row = 0; row < count; ++row) {
        x[row] = rows[2 * row];
        y[row] = rows[2 * row + 1];
        odd |= oddity(rows[2 * row]) | oddity(rows[2 * row + 1]);
    }
    return odd == 0;
}
template <class Scalar>
bool take_apart(const Scalar* __restrict rows, std::size_t count, Scalar* __restrict x, Scalar* __restrict y,
                Scalar* __restrict m) {
    Bits<Scalar> odd = 0;
    for (std::size_t row = 0; row < count; ++row) {
        x[row] = rows[3 * row];
        y[row] = rows[3 * row + 1];
        m[row] = rows[3 * row + 2];
        odd |= oddity(x[row]) | oddity(y[row]) | oddity(m[row]) | sign(m[row]);
    }
    return odd == 0;
}
template <class Scalar>
bool are_ordinary(const Scalar* values, std::size_t count) {
    Bits<Scalar> odd = 0;
    for (std::size_t index = 0; index < count; ++index) {
        odd |= oddity(values[index]);
    }
    return odd == 0;
}

std::size_t num_columns_of(const NpyReader& reader) { return reader.shape().size() == 2 ? reader.shape()[1] : 1; }

void require_samples(const NpyReader& reader) {
    if (reader.shape()[0] == 0) fail(reader.path(), "has no samples: shape " + format_shape(reader.shape()));
}

/// An array of two or three columns.
NpyReader open_samples(const std::filesystem::path& path) {
    NpyReader reader(path);
    const std::size_t num_columns = num_columns_of(reader);
    if (num_columns < 2 || num_columns > 3) {
        fail(path, "has shape " + format_shape(reader.shape()) + ": expected (N, 2), x and y, or (N, 3), x, y and m" +
                       (num_columns == 1 ? "; x and y in two files are read together" : ""));
    }
    require_samples(reader);
    return reader;
}

/// An array of one column.
NpyReader open_column(const std::filesystem::path& path) {
    NpyReader reader(path);
    if (num_columns_of(reader) != 1) {
        fail(path, "has shape " + format_shape(reader.shape()) + ": expected (N,) or (N, 1)");
    }
    require_samples(reader);
    return reader;
}

template <class Scalar>
void require_valid(const NpyReader& reader, std::size_t index, Scalar value, bool is_weight) {
    if (std::isfinite(value) && !(is_weight && value < 0)) {
        return;
    }
    fail(reader.path(),
         reader.position(index) + ": '" + to_text(value) +
             (std::isfinite(value) ? "': a sample weight must not be negative" : "': every value must be finite"));
}

/// Looks at them one by one, to name the first that is wrong, if any.
template <class Scalar>
void require_all_valid(const NpyReader& reader, std::uint64_t first, std::span<const Scalar> values,
                       std::size_t num_columns) {
    for (std::size_t index = 0; index < values.size(); ++index) {
        require_valid(reader, first + index, values[index], index % num_columns == 2);
    }
}

std::uint64_t next_id() noexcept {
    static std::atomic<std::uint64_t> count{0};
    return ++count;
}

/// A block of samples, in columns.
template <class Scalar>
struct Block {
    std::uint64_t source_id = 0;
    std::uint64_t index = 0;
    std::vector<Scalar> columns;  // [block samples x 3]
};

/// From so many samples of one block on, reading all of it takes less time than reading each.
constexpr std::size_t kWorthABlock = 64;

}  // namespace

template <class Scalar>
NpySource<Scalar>::NpySource(const std::filesystem::path& path)
    : x_(open_samples(path)), num_columns_(num_columns_of(x_)), id_(next_id()) {}

template <class Scalar>
NpySource<Scalar>::NpySource(const std::filesystem::path& x_path, const std::filesystem::path& y_path)
    : x_(open_column(x_path)), y_(open_column(y_path)), num_columns_(2), id_(next_id()) {
    if (x_.num_values() != y_->num_values()) {
        fail(y_path, "has " + std::to_string(y_->num_values()) + " values: expected " +
                         std::to_string(x_.num_values()) + " as in " + shown_path(x_path));
    }
}

template <class Scalar>
ElementType NpySource<Scalar>::stored_type() const noexcept {
    static_assert(ElementType::float32 < ElementType::float64, "the wider type is the larger enumerator");
    return y_ ? std::max(x_.type(), y_->type()) : x_.type();
}

template <class Scalar>
bool NpySource<Scalar>::fits(std::uint64_t max_bytes) const noexcept {
    return num_samples() <= max_bytes / (num_columns_ * sizeof(Scalar));
}

template <class Scalar>
void NpySource<Scalar>::read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const {
    if (y_) {
        const auto read_column = [&](const NpyReader& reader, std::span<Scalar> values) {
            reader.read(first, values);
            if (!are_ordinary(values.data(), values.size())) {
                require_all_valid(reader, first, std::span<const Scalar>(values), 1);
            }
        };
        read_column(x_, {to.x, count});
        read_column(*y_, {to.y, count});
        return;
    }
    std::array<Scalar, 3 * kBlockRows> block;
    for (std::size_t done = 0; done < count; done += kBlockRows) {
        const std::size_t size = std::min(kBlockRows, count - done);
        const std::span<Scalar> rows = std::span(block).first(size * num_columns_);
        const std::uint64_t first_value = (first + done) * num_columns_;
        x_.read(first_value, rows);
        const bool is_ordinary = num_columns_ == 2
                                     ? take_apart(rows.data(), size, to.x + done, to.y + done)
                                     : take_apart(rows.data(), size, to.x + done, to.y + done, to.sample_weight + done);
        if (!is_ordinary) {
            require_all_valid(x_, first_value, std::span<const Scalar>(rows), num_columns_);
        }
    }
}

template <class Scalar>
void NpySource<Scalar>::will_need(std::uint64_t first, std::uint64_t end) const noexcept {
    end = std::min(end, num_samples());
    if (first < end && y_) {
        x_.will_need(first, end - first);
        y_->will_need(first, end - first);
    } else if (first < end) {
        x_.will_need(first * num_columns_, (end - first) * num_columns_);
    }
}

template <class Scalar>
MiniBatch<Scalar> NpySource<Scalar>::range(std::uint64_t first, std::size_t count,
                                           const SampleBuffer<Scalar>& buffer) const {
    // A thread that comes to a new stretch of rows asks for the one after it: so far ahead is enough, and so rarely
    // that it costs nothing.
    if (first % kAheadRows < count) {
        const std::uint64_t stretch = first / kAheadRows + 1;
        will_need(stretch * kAheadRows, (stretch + 1) * kAheadRows);
    }
    read(first, count, buffer);
    return {buffer.x, buffer.y, num_columns_ == 3 ? buffer.sample_weight : nullptr, count};
}

template <class Scalar>
void NpySource<Scalar>::gather_from_block(std::uint64_t block, std::span<const std::uint64_t> indices,
                                          const SampleBuffer<Scalar>& buffer) const {
    thread_local Block<Scalar> mine;
    const std::uint64_t first = block * kBlockSamples;
    mine.columns.resize(3 * kBlockSamples);
    Scalar* const x = mine.columns.data();
    Scalar* const y = x + kBlockSamples;
    Scalar* const m = y + kBlockSamples;
    if (mine.source_id != id_ || mine.index != block) {
        mine.source_id = 0;  // of nothing, if reading fails
        read(first, static_cast<std::size_t>(std::min(kBlockSamples, num_samples() - first)), {x, y, m});
        mine.source_id = id_;
        mine.index = block;
    }
    for (std::size_t position = 0; position < indices.size(); ++position) {
        const std::uint64_t row = indices[position] - first;
        buffer.x[position] = x[row];
        buffer.y[position] = y[row];
        if (num_columns_ == 3) {
            buffer.sample_weight[position] = m[row];
        }
    }
}

/// Samples of the same block, or neighbours, are read together.
template <class Scalar>
MiniBatch<Scalar> NpySource<Scalar>::gather(std::span<const std::uint64_t> indices,
                                            const SampleBuffer<Scalar>& buffer) const {
    for (std::size_t begin = 0; begin < indices.size();) {
        const std::uint64_t block = indices[begin] / kBlockSamples;
        std::size_t end = begin + 1, neighbours = begin + 1;
        while (end < indices.size() && indices[end] / kBlockSamples == block) {
            ++end;
        }
        while (neighbours < end && indices[neighbours] == indices[neighbours - 1] + 1) {
            ++neighbours;
        }
        const SampleBuffer<Scalar> to{buffer.x + begin, buffer.y + begin,
                                      num_columns_ == 3 ? buffer.sample_weight + begin : nullptr};
        if (end - begin >= kWorthABlock && neighbours < end) {
            gather_from_block(block, indices.subspan(begin, end - begin), to);
            begin = end;
        } else {
            read(indices[begin], neighbours - begin, to);
            begin = neighbours;
        }
    }
    return {buffer.x, buffer.y, num_columns_ == 3 ? buffer.sample_weight : nullptr, indices.size()};
}

template class NpySource<float>;
template class NpySource<double>;

}  // namespace skein::files
