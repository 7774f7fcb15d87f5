#include "skein/files/sample_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "files/csv.hpp"
#include "files/fail.hpp"
#include "files/npy_reader.hpp"
#include "files/to_text.hpp"
#include "kernels/floating_point_environment.hpp"

namespace skein {
namespace {

namespace fs = std::filesystem;
using files::fail;

constexpr std::size_t kCsvBlockBytes = 1 << 20;
constexpr std::size_t kNpyBlockRows = 8192;

template <class Scalar>
using Columns = std::array<Scalar*, files::kMaxColumns>;

template <class Scalar>
Columns<Scalar> columns_of(const SampleBuffer<Scalar>& buffer, std::size_t first) {
    return {buffer.x + first, buffer.y + first,
            buffer.sample_weight == nullptr ? nullptr : buffer.sample_weight + first};
}

std::size_t num_columns_of(const files::NpyReader& reader) {
    return reader.shape().size() == 2 ? reader.shape()[1] : 1;
}

/// The rows of a .npy file, one after the other.
template <class Scalar>
class NpyRows {
public:
    explicit NpyRows(const fs::path& path) : reader_(path), num_columns_(num_columns_of(reader_)) {}

    const files::NpyReader& reader() const { return reader_; }
    std::size_t num_columns() const { return num_columns_; }
    std::size_t num_rows() const { return reader_.shape()[0]; }
    std::size_t num_rows_read() const { return next_row_; }

    void require_rows() const {
        if (num_rows() == 0) fail(reader_.path(), "has no samples: shape " + files::format_shape(reader_.shape()));
    }

    /// The next rows, `count` of them or as many as there are.
    std::size_t read(const Columns<Scalar>& columns, std::size_t count) {
        count = std::min(count, num_rows() - next_row_);
        for (std::size_t done = 0; done < count; done += kNpyBlockRows) {
            read_block(columns, done, std::min(kNpyBlockRows, count - done));
        }
        return count;
    }

private:
    void read_block(const Columns<Scalar>& columns, std::size_t place, std::size_t num_rows) {
        block_.resize(num_rows * num_columns_);
        reader_.read(next_row_ * num_columns_, std::span(block_));
        for (std::size_t column = 0; column < num_columns_; ++column) {
            Scalar* const to = columns[column] + place;
            for (std::size_t row = 0; row < num_rows; ++row) to[row] = block_[row * num_columns_ + column];
        }
        require_valid();
        next_row_ += num_rows;
    }

    void require_valid() const {
        for (std::size_t index = 0; index < block_.size(); ++index) {
            const Scalar value = block_[index];
            const bool is_weight = num_columns_ == 3 && index % 3 == 2;
            if (std::isfinite(value) && !(is_weight && value < 0)) continue;
            fail(reader_.path(), reader_.position(next_row_ * num_columns_ + index) + ": '" + files::to_text(value) +
                                     (std::isfinite(value) ? "': a sample weight must not be negative"
                                                           : "': every value must be finite"));
        }
    }

    files::NpyReader reader_;
    std::size_t num_columns_;
    std::size_t next_row_ = 0;
    std::vector<Scalar> block_;  // [rows x columns], C order
};

double share(std::uint64_t part, std::uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

}  // namespace

template <class Scalar>
class SampleReader<Scalar>::Source {
public:
    virtual ~Source() = default;
    virtual std::size_t num_columns() const noexcept = 0;
    virtual std::optional<std::uint64_t> num_samples() const noexcept = 0;
    virtual std::optional<ElementType> stored_type() const noexcept = 0;
    virtual std::size_t read(const Columns<Scalar>& columns, std::size_t count) = 0;
    virtual std::optional<double> fraction_read() const = 0;
    /// The file that has the sample weights.
    virtual const fs::path& path() const = 0;

    std::uint64_t num_read = 0;
    bool has_positive_weight = false;
    bool is_at_end = false;
};

template <class Scalar>
class SampleReader<Scalar>::CsvSource final : public Source {
public:
    explicit CsvSource(const fs::path& path) : file_(path), parser_(path), block_(kCsvBlockBytes) {
        std::error_code ignored;
        if (fs::is_regular_file(path, ignored)) size_bytes_ = file_.size_bytes();
        parse_block();
    }

    std::size_t num_columns() const noexcept override { return num_columns_; }
    std::optional<std::uint64_t> num_samples() const noexcept override { return std::nullopt; }
    std::optional<ElementType> stored_type() const noexcept override { return std::nullopt; }
    const fs::path& path() const override { return file_.path(); }

    std::size_t read(const Columns<Scalar>& columns, std::size_t count) override {
        std::size_t done = 0;
        while (done < count && (num_taken_ < num_parsed() || parse_block())) {
            const std::size_t piece = std::min(count - done, num_parsed() - num_taken_);
            for (std::size_t column = 0; column < num_columns_; ++column) {
                std::copy_n(parser_.samples().values[column].data() + num_taken_, piece, columns[column] + done);
            }
            num_taken_ += piece;
            done += piece;
        }
        return done;
    }

    std::optional<double> fraction_read() const override {
        return size_bytes_ == 0 ? std::nullopt : std::optional(std::min(1.0, share(num_bytes_, size_bytes_)));
    }

private:
    std::size_t num_parsed() { return parser_.samples().values[0].size(); }

    /// The next samples, at least one, in the place of those before; false where there are none.
    bool parse_block() {
        for (std::vector<Scalar>& column : parser_.samples().values) column.clear();
        num_taken_ = 0;
        while (num_parsed() == 0 && !is_finished_) {
            const std::size_t size = file_.read(block_);
            num_bytes_ += size;
            is_finished_ = size == 0;
            if (is_finished_) {
                parser_.finish();
            } else {
                parser_.feed({block_.data(), size});
            }
        }
        num_columns_ = parser_.samples().num_columns;
        return num_parsed() > 0;
    }

    files::InputFile file_;
    files::CsvParser<Scalar> parser_;
    std::vector<char> block_;
    std::size_t num_columns_ = 0;
    std::size_t num_taken_ = 0;  // of the parser's samples
    std::uint64_t num_bytes_ = 0;
    std::uint64_t size_bytes_ = 0;  // 0: not known
    bool is_finished_ = false;
};

template <class Scalar>
class SampleReader<Scalar>::NpySource final : public Source {
public:
    explicit NpySource(const fs::path& path) : rows_(path) {
        const std::vector<std::size_t>& shape = rows_.reader().shape();
        if (shape.size() == 1 || shape[1] < 2 || shape[1] > files::kMaxColumns) {
            fail(path, "has shape " + files::format_shape(shape) + ": expected (N, 2), x and y, or (N, 3), x, y and m" +
                           (rows_.num_columns() == 1 ? "; x and y in two files are read together" : ""));
        }
        rows_.require_rows();
    }

    std::size_t num_columns() const noexcept override { return rows_.num_columns(); }
    std::optional<std::uint64_t> num_samples() const noexcept override { return rows_.num_rows(); }
    std::optional<ElementType> stored_type() const noexcept override { return rows_.reader().type(); }
    const fs::path& path() const override { return rows_.reader().path(); }
    std::size_t read(const Columns<Scalar>& columns, std::size_t count) override { return rows_.read(columns, count); }
    std::optional<double> fraction_read() const override { return share(rows_.num_rows_read(), rows_.num_rows()); }

private:
    NpyRows<Scalar> rows_;
};

template <class Scalar>
class SampleReader<Scalar>::PairSource final : public Source {
public:
    PairSource(const fs::path& x_path, const fs::path& y_path) : x_(column(x_path)), y_(column(y_path)) {
        if (x_.num_rows() != y_.num_rows()) {
            fail(y_path, "has " + std::to_string(y_.num_rows()) + " values: expected " + std::to_string(x_.num_rows()) +
                             " as in " + files::shown_path(x_path));
        }
    }

    std::size_t num_columns() const noexcept override { return 2; }
    std::optional<std::uint64_t> num_samples() const noexcept override { return x_.num_rows(); }
    std::optional<ElementType> stored_type() const noexcept override {
        return std::max(x_.reader().type(), y_.reader().type());
    }
    const fs::path& path() const override { return x_.reader().path(); }
    std::size_t read(const Columns<Scalar>& columns, std::size_t count) override {
        x_.read({columns[0]}, count);
        return y_.read({columns[1]}, count);
    }
    std::optional<double> fraction_read() const override { return share(x_.num_rows_read(), x_.num_rows()); }

private:
    static_assert(ElementType::float32 < ElementType::float64, "the wider type is the larger enumerator");

    static NpyRows<Scalar> column(const fs::path& path) {
        NpyRows<Scalar> rows(path);
        if (rows.num_columns() != 1) {
            fail(path, "has shape " + files::format_shape(rows.reader().shape()) + ": expected (N,) or (N, 1)");
        }
        rows.require_rows();
        return rows;
    }

    NpyRows<Scalar> x_, y_;
};

template <class Scalar>
SampleReader<Scalar>::SampleReader(const fs::path& path) {
    const FloatingPointEnvironment environment;
    if (path.extension() == ".csv") {
        source_ = std::make_unique<CsvSource>(path);
    } else if (path.extension() == ".npy") {
        source_ = std::make_unique<NpySource>(path);
    } else {
        fail(path, "is of an unknown kind: expected a name that ends in .csv or .npy");
    }
}

template <class Scalar>
SampleReader<Scalar>::SampleReader(const fs::path& x_path, const fs::path& y_path)
    : source_(std::make_unique<PairSource>(x_path, y_path)) {}

template <class Scalar>
SampleReader<Scalar>::SampleReader(SampleReader&&) noexcept = default;
template <class Scalar>
SampleReader<Scalar>& SampleReader<Scalar>::operator=(SampleReader&&) noexcept = default;
template <class Scalar>
SampleReader<Scalar>::~SampleReader() = default;

template <class Scalar>
std::size_t SampleReader<Scalar>::num_columns() const noexcept {
    return source_->num_columns();
}

template <class Scalar>
std::optional<std::uint64_t> SampleReader<Scalar>::num_samples() const noexcept {
    return source_->num_samples();
}

template <class Scalar>
std::optional<ElementType> SampleReader<Scalar>::stored_type() const noexcept {
    return source_->stored_type();
}

template <class Scalar>
std::optional<double> SampleReader<Scalar>::fraction_read() const {
    const FloatingPointEnvironment environment;
    return source_->fraction_read();
}

template <class Scalar>
std::size_t SampleReader<Scalar>::read(const SampleBuffer<Scalar>& buffer, std::size_t count) {
    const FloatingPointEnvironment environment;
    if (source_->is_at_end) return 0;
    const std::size_t num_read = source_->read(columns_of(buffer, 0), count);
    if (source_->num_columns() == 3 && !source_->has_positive_weight) {
        source_->has_positive_weight = std::any_of(buffer.sample_weight, buffer.sample_weight + num_read,
                                                   [](Scalar weight) { return weight > 0; });
    }
    source_->num_read += num_read;
    source_->is_at_end = num_read < count || source_->num_read == source_->num_samples();
    if (source_->is_at_end && source_->num_columns() == 3 && !source_->has_positive_weight) {
        fail(source_->path(), "column 3: the sample weights sum to zero");
    }
    return num_read;
}

template class SampleReader<float>;
template class SampleReader<double>;

}  // namespace skein
