#include "files/arrays/npy_source.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include "base/text.hpp"
#include "files/io/file_error.hpp"

namespace skein::internal::files {
namespace {

/// Bytes of rows per read: they fit into half of a small second-level cache until they are taken. From a warm page
/// cache 8 KiB per read give 5.9 GB/s, 64 KiB and more 8.3 GB/s (Linux 6.18, Zen 4).
constexpr std::size_t kReadBytes = 65536;

template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == sizeof(float), std::uint32_t, std::uint64_t>;

/// 0 if the number is finite: then a - a is +0, else NaN. As an integer, so that the compiler can vectorise the check:
/// numbers are checked on their way into columns at almost no cost.
template <class Scalar>
Bits<Scalar> oddity(Scalar value) {
    return std::bit_cast<Bits<Scalar>>(value - value);
}
/// 0 if the sign bit is not set.
template <class Scalar>
Bits<Scalar> sign(Scalar value) {
    return std::bit_cast<Bits<Scalar>>(value) >> (8 * sizeof(Scalar) - 1);
}

/// Copies rows of the file into columns. Returns whether all values are valid.
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
template <bool is_weight, class Scalar>
bool take_column(const Scalar* __restrict values, std::size_t count, Scalar* __restrict column) {
    Bits<Scalar> odd = 0;
    for (std::size_t row = 0; row < count; ++row) {
        column[row] = values[row];
        odd |= oddity(values[row]);
        if constexpr (is_weight) odd |= sign(values[row]);
    }
    return odd == 0;
}

void require_samples(const NpyReader& reader) {
    if (reader.shape()[0] == 0) fail(reader.path(), "has no samples: shape ", format_shape(reader.shape()));
}

/// An array of two or three columns.
NpyReader open_samples(const std::filesystem::path& path) {
    NpyReader reader(path);
    const std::size_t num_columns = reader.num_columns();
    if (num_columns < 2 || num_columns > 3) {
        fail(path, "has shape ", format_shape(reader.shape()), ": expected (N, 2), x and y, or (N, 3), x, y and m",
             num_columns == 1 ? "; x and y in two files are read together" : "");
    }
    require_samples(reader);
    return reader;
}

/// An array of one column.
NpyReader open_column(const std::filesystem::path& path) {
    NpyReader reader(path);
    if (reader.num_columns() != 1) {
        fail(path, "has shape ", format_shape(reader.shape()), ": expected (N,) or (N, 1)");
    }
    require_samples(reader);
    return reader;
}

template <class Scalar>
void require_valid(const NpyReader& reader, std::size_t index, Scalar value, bool is_weight) {
    if (std::isfinite(value) && !(is_weight && value < 0)) {
        return;
    }
    fail(reader.path(), reader.position(index), ": '", value,
         std::isfinite(value) ? "': a sample weight must not be negative" : "': every value must be finite");
}

/// Throws FileError, which names the first value that is wrong, if there is one. Column `column` is the first of
/// `num_columns` neighbours.
template <class Scalar>
void require_all_valid(const NpyReader& reader, std::uint64_t first, std::span<const Scalar> values, std::size_t column,
                       std::size_t num_columns) {
    for (std::size_t index = 0; index < values.size(); ++index) {
        require_valid(reader, first + index, values[index], column + index % num_columns == 2);
    }
}

}  // namespace

/// Rows that a thread has read from a file and not yet taken. The values begin on a page: if the target of a copy lies
/// a few bytes after its source modulo 4 KiB, loads wait for unrelated stores, and the copy takes three times as long.
template <class Scalar>
struct Rows {
    std::uint64_t source_id = 0;
    std::uint64_t first = 0;  // rows of the file: the first one read, the end, and the next one to take
    std::uint64_t end = 0;
    std::uint64_t next = 0;
    alignas(4096) std::array<Scalar, kReadBytes / sizeof(Scalar)> values;  // row by row, or column by column
};

template <class Scalar>
NpySource<Scalar>::NpySource(const std::filesystem::path& path)
    : x_(open_samples(path)), num_columns_(x_.num_columns()) {}

template <class Scalar>
NpySource<Scalar>::NpySource(const std::filesystem::path& x_path, const std::filesystem::path& y_path)
    : x_(open_column(x_path)), y_(open_column(y_path)), num_columns_(2) {
    if (x_.num_values() != y_->num_values()) {
        fail(y_path, "has ", y_->num_values(), " values: expected ", x_.num_values(), " as in ", shown_path(x_path));
    }
}

template <class Scalar>
ElementType NpySource<Scalar>::stored_type() const noexcept {
    static_assert(ElementType::float32 < ElementType::float64, "the wider type is the larger enumerator");
    return y_ ? std::max(x_.stored_type(), y_->stored_type()) : x_.stored_type();
}

template <class Scalar>
auto NpySource<Scalar>::column(std::size_t index) const noexcept -> Column {
    if (y_) return {index == 0 ? x_ : *y_, 0};
    return {x_, index * num_samples()};
}

template <class Scalar>
std::size_t NpySource<Scalar>::max_rows() const noexcept {
    return std::bit_floor(kReadBytes / (num_columns_ * sizeof(Scalar)));
}

template <class Scalar>
bool NpySource<Scalar>::fits(std::uint64_t max_bytes) const noexcept {
    return num_samples() <= max_bytes / (num_columns_ * sizeof(Scalar));
}

template <class Scalar>
void NpySource<Scalar>::fill(Rows<Scalar>& rows, std::uint64_t first, std::uint64_t end) const {
    rows.source_id = 0;  // holds nothing if reading fails
    const auto count = static_cast<std::size_t>(end - first);
    if (is_columnar()) {
        for (std::size_t index = 0; index < num_columns_; ++index) {
            const Column from = column(index);
            from.reader.read(from.first + first, std::span(rows.values).subspan(index * max_rows(), count));
        }
    } else {
        x_.read(first * num_columns_, std::span(rows.values).first(count * num_columns_));
    }
    rows.source_id = this->id();
    rows.first = rows.next = first;
    rows.end = end;
}

template <class Scalar>
void NpySource<Scalar>::take(Rows<Scalar>& rows, std::size_t count, const SampleBuffer<Scalar>& to) const {
    const std::uint64_t first = rows.next, skipped = first - rows.first;
    rows.next += count;
    if (is_columnar()) {
        take_columns(rows.values.data() + skipped, first, count, to);
    } else {
        take_rows(rows.values.data() + skipped * num_columns_, first, count, to);
    }
}

template <class Scalar>
void NpySource<Scalar>::take_rows(const Scalar* values, std::uint64_t first, std::size_t count,
                                  const SampleBuffer<Scalar>& to) const {
    const bool is_ordinary = num_columns_ == 2 ? take_apart(values, count, to.x, to.y)
                                               : take_apart(values, count, to.x, to.y, to.sample_weight);
    if (!is_ordinary) {
        require_all_valid(x_, first * num_columns_, std::span(values, count * num_columns_), 0, num_columns_);
    }
}

template <class Scalar>
void NpySource<Scalar>::take_columns(const Scalar* values, std::uint64_t first, std::size_t count,
                                     const SampleBuffer<Scalar>& to) const {
    const std::array<Scalar*, 3> targets{to.x, to.y, to.sample_weight};
    for (std::size_t index = 0; index < num_columns_; ++index, values += max_rows()) {
        const bool is_ordinary = index == 2 ? take_column<true>(values, count, targets[index])
                                            : take_column<false>(values, count, targets[index]);
        if (is_ordinary) continue;
        const Column from = column(index);
        require_all_valid(from.reader, from.first + first, std::span(values, count), index, 1);
    }
}

/// Takes rows that this thread has already read, or reads them. If `ahead`, it also reads the rows after them, up to a
/// multiple of max_rows(), since another thread is likely to begin there.
template <class Scalar>
void NpySource<Scalar>::get(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to, bool ahead) const {
    thread_local Rows<Scalar> rows;
    for (std::size_t done = 0; done < count;) {
        const std::uint64_t next = first + done;
        if (rows.source_id != this->id() || rows.next != next || rows.end == next) {
            const std::uint64_t end = ahead ? next - next % max_rows() + max_rows() : next + max_rows();
            fill(rows, next, std::min(end, ahead ? num_samples() : first + count));
        }
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count - done, rows.end - next));
        take(rows, size, to.from(done));
        done += size;
    }
}

template <class Scalar>
MiniBatch<Scalar> NpySource<Scalar>::range(std::uint64_t first, std::size_t count,
                                           const SampleBuffer<Scalar>& buffer) const {
    get(first, count, buffer, true);
    return {buffer.x, buffer.y, num_columns_ == 3 ? buffer.sample_weight : nullptr, count};
}

template <class Scalar>
bool NpySource<Scalar>::read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const {
    get(first, count, to, false);
    return num_columns_ == 3;
}

template class NpySource<float>;
template class NpySource<double>;

}  // namespace skein::internal::files
