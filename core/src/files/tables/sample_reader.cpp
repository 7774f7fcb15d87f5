#include "skein/files/sample_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "files/arrays/npy_source.hpp"
#include "files/io/file_error.hpp"
#include "files/io/text_input.hpp"
#include "files/tables/csv.hpp"
#include "skein/text.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;
using files::fail;

constexpr std::size_t kCsvPieceBytes = 1 << 20;

template <class Scalar>
using Columns = std::array<Scalar*, files::kMaxColumns>;

template <class Scalar>
Columns<Scalar> columns_of(const SampleBuffer<Scalar>& buffer, std::size_t first) {
    return {buffer.x + first, buffer.y + first,
            buffer.sample_weight == nullptr ? nullptr : buffer.sample_weight + first};
}

/// Pipes have no name that tells.
bool is_text(const fs::path& path) {
    static constexpr std::string_view kEndings[] = {".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz"};
    const auto is_ending = [&](std::string_view ending) { return ends_in(path.native(), ending); };
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    return path == "-" || std::ranges::any_of(kEndings, is_ending) || path.native().starts_with("/dev/") ||
           status.type() == fs::file_type::fifo || status.type() == fs::file_type::socket;
}

/// Of shape (N) or (N, 1).
bool is_single_column(const fs::path& path) {
    const files::NpyReader reader(path);
    return reader.shape().size() == 1 || reader.shape()[1] == 1;
}

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
    /// The file with the sample weights.
    virtual const fs::path& path() const = 0;

    std::uint64_t num_read = 0;
    bool has_positive_weight = false;
    bool is_at_end = false;
};

template <class Scalar>
class SampleReader<Scalar>::CsvSource final : public Source {
public:
    CsvSource(const fs::path& path, const CsvFormat& format, files::Contents contents)
        : file_(path), parser_(file_.path(), format, contents), piece_(kCsvPieceBytes) {
        parse_piece();
    }

    std::size_t num_columns() const noexcept override { return num_columns_; }
    std::optional<std::uint64_t> num_samples() const noexcept override { return std::nullopt; }
    std::optional<ElementType> stored_type() const noexcept override { return std::nullopt; }
    const fs::path& path() const override { return file_.path(); }

    std::size_t read(const Columns<Scalar>& columns, std::size_t count) override {
        std::size_t done = 0;
        while (done < count && (num_taken_ < num_parsed() || parse_piece())) {
            const std::size_t piece = std::min(count - done, num_parsed() - num_taken_);
            for (std::size_t column = 0; column < num_columns_; ++column) {
                std::copy_n(parser_.samples().values[column].data() + num_taken_, piece, columns[column] + done);
            }
            num_taken_ += piece;
            done += piece;
        }
        return done;
    }

    std::optional<double> fraction_read() const override { return file_.fraction_read(); }

private:
    std::size_t num_parsed() { return parser_.samples().values[0].size(); }

    /// Replaces the parsed samples by the next ones, at least one; returns false at the end of the file.
    bool parse_piece() {
        for (std::vector<Scalar>& column : parser_.samples().values) column.clear();
        num_taken_ = 0;
        while (num_parsed() == 0 && !is_finished_) {
            const std::size_t size = file_.read(piece_);
            is_finished_ = size == 0;
            if (is_finished_) {
                parser_.finish();
            } else {
                parser_.feed({piece_.data(), size});
            }
        }
        num_columns_ = parser_.samples().num_columns;
        return num_parsed() > 0;
    }

    files::TextInput file_;
    files::CsvParser<Scalar> parser_;
    std::vector<char> piece_;
    std::size_t num_columns_ = 0;
    std::size_t num_taken_ = 0;  // of the parser's samples
    bool is_finished_ = false;
};

/// One file or two.
template <class Scalar>
class SampleReader<Scalar>::NpyRows final : public Source {
public:
    template <class... Paths>
    explicit NpyRows(files::Contents contents, const Paths&... paths)
        : source_(paths...), num_columns_(contents == files::Contents::inputs ? 1 : source_.num_columns()) {}

    std::size_t num_columns() const noexcept override { return num_columns_; }
    std::optional<std::uint64_t> num_samples() const noexcept override { return source_.num_samples(); }
    std::optional<ElementType> stored_type() const noexcept override { return source_.stored_type(); }
    const fs::path& path() const override { return source_.path(); }
    std::size_t read(const Columns<Scalar>& columns, std::size_t count) override {
        count = static_cast<std::size_t>(std::min<std::uint64_t>(count, source_.num_samples() - next_));
        SampleBuffer<Scalar> buffer{columns[0], columns[1], columns[2]};
        if (num_columns_ == 1) {
            for (std::vector<Scalar>& column : not_wanted_) column.resize(count);
            buffer = {columns[0], not_wanted_[0].data(), not_wanted_[1].data()};
        }
        source_.range(next_, count, buffer);
        next_ += count;
        return count;
    }
    std::optional<double> fraction_read() const override { return share(next_, source_.num_samples()); }

private:
    files::NpySource<Scalar> source_;
    std::size_t num_columns_;
    std::array<std::vector<Scalar>, 2> not_wanted_;
    std::uint64_t next_ = 0;
};

template <class Scalar>
auto SampleReader<Scalar>::open(const fs::path& path, const CsvFormat& format, files::Contents contents)
    -> std::unique_ptr<Source> {
    const FloatingPointEnvironment environment;
    if (is_text(path)) return std::make_unique<CsvSource>(path, format, contents);
    if (ends_in(path.native(), ".npy")) {
        const bool is_column = contents == files::Contents::inputs && is_single_column(path);
        return is_column ? std::make_unique<NpyRows>(contents, path, path) : std::make_unique<NpyRows>(contents, path);
    }
    if (ends_in(path.native(), ".skc")) {
        fail(path, "is a compressed data set, which has no individual samples: expected a .csv or .npy file");
    }
    if (ends_in(path.native(), ".npy.gz")) {
        fail(path, "is a compressed .npy file: expected gunzip first, or a .csv.gz file");
    }
    fail(path,
         "has an unknown file type: expected a name that ends in .csv, .tsv, .txt (or these with .gz), .npy or .skc");
}

template <class Scalar>
SampleReader<Scalar>::SampleReader(const fs::path& path, const CsvFormat& format)
    : source_(open(path, format, files::Contents::samples)) {}

template <class Scalar>
SampleReader<Scalar>::SampleReader(const fs::path& x_path, const fs::path& y_path)
    : source_(std::make_unique<NpyRows>(files::Contents::samples, x_path, y_path)) {}

template <class Scalar>
SampleReader<Scalar>::SampleReader(std::unique_ptr<Source> source) : source_(std::move(source)) {}

template <class Scalar>
SampleReader<Scalar> SampleReader<Scalar>::inputs(const fs::path& path, const CsvFormat& format) {
    return SampleReader(open(path, format, files::Contents::inputs));
}

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
