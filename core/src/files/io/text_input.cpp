#include "files/io/text_input.hpp"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "files/io/file_error.hpp"
#include "files/io/input_file.hpp"

namespace skein::internal::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::size_t kRawBytes = 1 << 18;

InputFile open_text(const fs::path& path) {
    if (path != "-") return InputFile(path);
    Descriptor copy(::dup(STDIN_FILENO));
    if (!copy.is_open()) fail_system("standard input", "cannot be read", errno);
    return {"standard input", std::move(copy)};
}

}  // namespace

class TextInput::Source {
public:
    explicit Source(const fs::path& path) : file(open_text(path)) {
        std::error_code ignored;
        if (fs::is_regular_file(path, ignored)) size_bytes = file.size_bytes();
        fill();
        if (left().starts_with(kGzipMagic)) begin_gzip();
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    ~Source() {
        if (is_gzip) ::inflateEnd(&stream);
    }

    std::size_t read(std::span<char> bytes) {
        if (is_gzip) return inflate_into(bytes);
        if (left().empty()) fill();
        const std::size_t count = std::min(bytes.size(), left().size());
        std::ranges::copy(left().substr(0, count), bytes.begin());
        begin += count;
        return count;
    }

    InputFile file;
    std::uint64_t size_bytes = 0;  // 0: unknown
    std::uint64_t num_read = 0;

private:
    std::string_view left() const { return {raw.data() + begin, end - begin}; }

    /// Reads the next bytes of the file.
    void fill() {
        begin = 0;
        end = file.read(raw);
        num_read += end;
    }

    void begin_gzip() {
        constexpr int kGzipOnly = 15 + 16;  // the largest window; 16: gzip (zlib.h)
        if (::inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
        is_gzip = true;
    }

    std::size_t inflate_into(std::span<char> bytes) {
        stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
        stream.avail_out = static_cast<uInt>(bytes.size());
        while (stream.avail_out == bytes.size() && begin_member()) {
            if (left().empty()) fail(file.path(), "is truncated: its gzip data end too early");
            stream.next_in = reinterpret_cast<Bytef*>(raw.data() + begin);
            stream.avail_in = static_cast<uInt>(end - begin);
            const int result = ::inflate(&stream, Z_NO_FLUSH);
            begin = end - stream.avail_in;
            if (result == Z_MEM_ERROR) throw std::bad_alloc();
            if (result != Z_OK && result != Z_STREAM_END) {
                fail(file.path(), "is damaged: ", stream.msg == nullptr ? "wrong gzip data" : stream.msg);
            }
            is_in_member = result != Z_STREAM_END;
        }
        return bytes.size() - stream.avail_out;
    }

    /// Goes on to the next bytes, of the next member too: gzip files may be joined. Returns false at the end of the last
    /// one; zeros may follow it, as tapes and disks leave them.
    bool begin_member() {
        if (left().empty()) fill();
        if (is_in_member) return true;
        if (left().empty() || left().front() == '\0') return false;
        if (::inflateReset(&stream) != Z_OK) throw std::bad_alloc();
        is_in_member = true;
        return true;
    }

    std::vector<char> raw = std::vector<char>(kRawBytes);
    std::size_t begin = 0, end = 0;  // of what is left in raw
    z_stream stream{};
    bool is_gzip = false;
    bool is_in_member = true;
};

TextInput::TextInput(const fs::path& path) : source_(std::make_unique<Source>(path)) {}
TextInput::TextInput(TextInput&&) noexcept = default;
TextInput& TextInput::operator=(TextInput&&) noexcept = default;
TextInput::~TextInput() = default;

const fs::path& TextInput::path() const noexcept { return source_->file.path(); }

std::size_t TextInput::read(std::span<char> bytes) { return source_->read(bytes); }

std::optional<double> TextInput::fraction_read() const noexcept {
    if (source_->size_bytes == 0) return std::nullopt;
    return std::min(1.0, static_cast<double>(source_->num_read) / static_cast<double>(source_->size_bytes));
}

}  // namespace skein::internal::files
