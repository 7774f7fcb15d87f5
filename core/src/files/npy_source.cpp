#include "files/npy_source.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "files/fail.hpp"
#include "files/to_text.hpp"

namespace skein::files {
namespace {

/// Rows that go through the stack on their way into columns: 16 KiB of doubles in two columns.
constexpr std::size_t kBlockRows = 1024;
/// How far ahead of a thread that reads in order the kernel is asked to fetch: 1 MiB of doubles in two columns.
constexpr std::uint64_t kAheadRows = 65536;

/// Whether all are finite, and none below `least`. NaN compares as false: written so that vectors of them are compared.
template <class Scalar>
bool are_valid(const Scalar* values, std::size_t count, Scalar least) {
    constexpr Scalar kMax = std::numeric_limits<Scalar>::max();
    unsigned num_valid = 0;
    for (std::size_t index = 0; index < count; ++index) {
        num_valid += static_cast<unsigned>(values[index] >= least) & static_cast<unsigned>(values[index] <= kMax);
    }
    return num_valid == count;
}

template <class Scalar>
void require_all_valid(const NpyReader& reader, std::uint64_t first_row, const Scalar* values, std::size_t count,
                       std::size_t column) {
    if (are_valid(values, count, column == 2 ? Scalar(0) : std::numeric_limits<Scalar>::lowest())) {
        return;
    }
    const std::size_t num_columns = num_columns_of(reader);
    for (std::size_t row = 0; row < count; ++row) {
        require_valid(reader, (first_row + row) * num_columns + (num_columns == 1 ? 0 : column), values[row], column);
    }
}

template <std::size_t kColumns, class Scalar>
void take_apart(const Scalar* rows, std::size_t count, const std::array<Scalar*, 3>& columns) {
    for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t column = 0; column < kColumns; ++column) {
            columns[column][row] = rows[row * kColumns + column];
        }
    }
}

}  // namespace

std::size_t num_columns_of(const NpyReader& reader) { return reader.shape().size() == 2 ? reader.shape()[1] : 1; }

template <class Scalar>
void require_valid(const NpyReader& reader, std::size_t index, Scalar value, std::size_t column) {
    if (!std::isfinite(value)) {
        fail(reader.path(), reader.position(index) + ": '" + to_text(value) + "': every value must be finite");
    }
    if (column == 2 && value < 0) {
        fail(reader.path(),
             reader.position(index) + ": '" + to_text(value) + "': a sample weight must not be negative");
    }
}

template <class Scalar>
NpySource<Scalar>::NpySource(NpyReader samples) : x_(std::move(samples)), num_columns_(num_columns_of(x_)) {}

template <class Scalar>
NpySource<Scalar>::NpySource(NpyReader x, NpyReader y) : x_(std::move(x)), y_(std::move(y)), num_columns_(2) {}

template <class Scalar>
void NpySource<Scalar>::read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const {
    if (y_) {
        x_.read(first, std::span(to.x, count));
        y_->read(first, std::span(to.y, count));
        require_all_valid(x_, first, to.x, count, 0);
        require_all_valid(*y_, first, to.y, count, 1);
        return;
    }
    std::array<Scalar, 3 * kBlockRows> rows;
    for (std::size_t done = 0; done < count; done += kBlockRows) {
        const std::size_t size = std::min(kBlockRows, count - done);
        x_.read((first + done) * num_columns_, std::span(rows).first(size * num_columns_));
        const std::array<Scalar*, 3> columns{to.x + done, to.y + done, num_columns_ == 3 ? to.sample_weight + done : nullptr};
        num_columns_ == 3 ? take_apart<3>(rows.data(), size, columns) : take_apart<2>(rows.data(), size, columns);
        for (std::size_t column = 0; column < num_columns_; ++column) {
            require_all_valid(x_, first + done, columns[column], size, column);
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

/// Neighbours are read together.
template <class Scalar>
MiniBatch<Scalar> NpySource<Scalar>::gather(std::span<const std::uint64_t> indices,
                                            const SampleBuffer<Scalar>& buffer) const {
    for (std::size_t begin = 0; begin < indices.size();) {
        std::size_t end = begin + 1;
        while (end < indices.size() && indices[end] == indices[end - 1] + 1) {
            ++end;
        }
        read(indices[begin], end - begin,
             {buffer.x + begin, buffer.y + begin, num_columns_ == 3 ? buffer.sample_weight + begin : nullptr});
        begin = end;
    }
    return {buffer.x, buffer.y, num_columns_ == 3 ? buffer.sample_weight : nullptr, indices.size()};
}

template void require_valid(const NpyReader&, std::size_t, float, std::size_t);
template void require_valid(const NpyReader&, std::size_t, double, std::size_t);
template class NpySource<float>;
template class NpySource<double>;

}  // namespace skein::files
