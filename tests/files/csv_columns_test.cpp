// Text files that were not made for skein: their columns, their bad rows, gzip.
#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "skein/files/data_file.hpp"
#include "skein/files/npy.hpp"
#include "skein/files/sample_reader.hpp"
#include "support/columns.hpp"
#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Columns<double> read_columns(const std::string& content, const Names& names, SkippedRows* skipped = nullptr) {
    const TemporaryDirectory directory;
    return columns_of(read_dataset<double>(directory.file("data.csv", content), {names, skipped}));
}

/// The error, without the path.
std::string columns_error(const std::string& content, const Names& names, SkippedRows* skipped = nullptr) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("data.csv", content);
    const std::string text = file_error_of([&] { read_dataset<double>(path, {names, skipped}); });
    const std::string start = path.string() + ": ";
    REQUIRE(text.starts_with(start));
    return text.substr(start.size());
}

std::string gzipped(const std::string& text) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("t.gz").string();
    gzFile file = gzopen(path.c_str(), "wb");
    REQUIRE(gzwrite(file, text.data(), unsigned(text.size())) == int(text.size()));
    REQUIRE(gzclose(file) == Z_OK);
    return content_of(path);
}

/// The inputs of a file, `count` at a time.
std::vector<double> read_inputs(const fs::path& path, std::size_t count, const CsvFormat& format = {}) {
    auto reader = SampleReader<double>::inputs(path, format);
    CHECK(reader.num_columns() == 1);
    std::vector<double> all, piece(count);
    while (const std::size_t size = reader.read({piece.data(), nullptr, nullptr}, count)) {
        all.insert(all.end(), piece.begin(), piece.begin() + std::ptrdiff_t(size));
    }
    return all;
}

constexpr const char* kSensors =
    "id,time,\"room, north\",note\n"
    "a,0.5,1,fine\n"
    "b,1.5,-2,\"door, open\"\n"
    "c,2.5,3,\"two\nlines, \"\"quoted\"\"\"\n"
    "d,3.5,4,\n";

TEST_CASE("files: columns by name and by number") {
    const std::vector<double> time{0.5, 1.5, 2.5, 3.5}, room{1, -2, 3, 4};
    for (const Names& names : {Names{"time", "room, north"}, Names{"2", "3"}, Names{"TIME", "3"}}) {
        const auto [x, y, m] = read_columns(kSensors, names);
        CHECK(x == time);
        CHECK(y == room);
        CHECK(m.empty());
    }
    CHECK(read_columns(kSensors, {"room, north", "time"}).x == room);
    CHECK(read_columns("t;a;a\n1,5;2,5;3\n", {"3", "1", "2"}).sample_weight == std::vector<double>{2.5});
    CHECK(read_columns("a,\"b; c\"\n1,2\n", {"b; c", "a"}).x == std::vector<double>{2});
    // No header; one of numbers only, which are chosen by their place; names in a comment, as NumPy writes them.
    CHECK(read_columns("7,1,2\n8,3,4\n", {"2", "3"}).y == std::vector<double>{2, 4});
    CHECK(read_columns("a,b,c\n8,3,4\n", {"2", "3"}).y == std::vector<double>{4});
    CHECK(read_columns("# by savetxt\n# time temp\n1 2\n3 4\n", {"temp", "time"}).x == std::vector<double>{2, 4});
    // Names that are numbers, and missing values that are no names.
    CHECK(read_columns("1990,2000\n3,4\n", {"2000", "1990"}).x == std::vector<double>{4});
    SkippedRows skipped;
    CHECK(read_columns("NA,NA\n3,4\n", {"1", "2"}, &skipped).x == std::vector<double>{3});
    CHECK(skipped.count == 1);
    CHECK(read_columns("Gr\xc3\xb6\xc3\x9f"
                       "e,t\n3,4\n",
                       {"t",
                        "Gr\xc3\xb6\xc3\x9f"
                        "e"})
              .y == std::vector<double>{3});
    CHECK(read_columns("sep=|\na|b|c\n1|2|3\n", {"b", "c"}).x == std::vector<double>{2});
    CHECK(read_columns("\"a\nb\",c\n1,2\n", {"c", "1"}).x == std::vector<double>{2});
    // pandas leaves out the name of its index.
    CHECK(read_columns(",x,y\n0,1,2\n1,3,4\n", {"x", "y"}).x == std::vector<double>{1, 3});
}

TEST_CASE("files: columns that are not there") {
    CHECK(columns_error(kSensors, {}) ==
          "row 1 has the names 'id', 'time', 'room, north', 'note': expected x,y or x,y,m, or --columns, as in "
          "--columns id,time");
    CHECK(columns_error(",x,y\n0,1,2\n", {}) ==
          "row 1 has the names '', 'x', 'y': expected x,y or x,y,m, or --columns, as in --columns x,y");
    CHECK(columns_error("when;room, north\n1;2\n", {}) ==
          "row 1 has the names 'when', 'room, north': expected x,y or x,y,m, or --columns, as in --columns when,2");
    CHECK(columns_error(kSensors, {"tyme", "3"}) ==
          "row 1 has no column 'tyme': did you mean 'time'? It has 'id', 'time', 'room, north', 'note'");
    CHECK(columns_error(kSensors, {"pressure", "3"}) ==
          "row 1 has no column 'pressure': it has 'id', 'time', 'room, north', 'note'");
    CHECK(columns_error(kSensors, {"1", "5"}) ==
          "row 1 has 4 columns, but --columns asks for column 5: expected 1 to 4");
    CHECK(columns_error(kSensors, {"0", "2"}) ==
          "row 1 has 4 columns, but --columns asks for column 0: expected 1 to 4");
    CHECK(columns_error(kSensors, {"time", "2"}) == "--columns: column 2 is chosen twice");
    CHECK(columns_error(kSensors, {"time"}) == "--columns: 1 column: expected those of x,y or x,y,m");
    CHECK(columns_error("1,2\n", {"time", "y"}) ==
          "row 1 has no names, only numbers: expected numbers of columns, as in --columns 1,2");
    CHECK(columns_error("a,b,a\n1,2,3\n", {"a", "b"}) ==
          "row 1 has several columns 'a': expected the number of one in --columns");
    CHECK(columns_error("# y,x\n1,2\n", {}) ==
          "row 2 has the names 'y', 'x' in the comment before it: expected x,y or x,y,m, or --columns x,y");
    CHECK(columns_error("#id,x,y\n1,2,3\n", {}).starts_with("row 2 has the names 'id', 'x', 'y' in the comment"));
    CHECK(columns_error("Gr\xc3\xb6\xc3\x9f"
                        "e,t,\xff\n1,2,3\n",
                        {})
              .starts_with("row 1 has the names 'Gr\xc3\xb6\xc3\x9f"
                           "e', 't', '\\xff': expected x,y or x,y,m, or --columns, as in --columns "
                           "Gr\xc3\xb6\xc3\x9f"
                           "e,t"));
    CHECK(columns_error("x,y,z\n1,2,3\n", {}) ==
          "row 1 has the names 'x', 'y', 'z': expected x,y or x,y,m, or --columns, as in --columns x,y");
}

TEST_CASE("files: bad rows are counted, and the first ten named") {
    std::string content = "x,y\n1,2\n";
    for (int row = 0; row < 12; ++row) content += "NA," + std::to_string(row) + "\n";
    content += "3,4\n\n5,inf\n6,7,8\n\n";
    const std::string error = columns_error(content, {});
    CHECK(error.starts_with(
        "15 rows cannot be read, of which the first 10: row 3, column 1: 'NA' is not a number; row 4, "));
    CHECK(error.ends_with("; row 12, column 1: 'NA' is not a number (--skip-bad-rows leaves such rows out)"));
    CHECK(columns_error("1,2\n\n\n3,\n", {}) ==
          "3 rows cannot be read: row 2 is blank: blank lines may stand only at the end of the file; row 3 is blank: "
          "blank "
          "lines may stand only at the end of the file; row 4, column 2 is empty: expected a number (--skip-bad-rows "
          "leaves such rows out)");
    SkippedRows skipped;
    const auto [x, y, m] = read_columns(content, {}, &skipped);
    CHECK(x == std::vector<double>{1, 3});
    CHECK(y == std::vector<double>{2, 4});
    CHECK(skipped.count == 15);
    CHECK(skipped.first.size() == 10);
    CHECK(skipped.first[0] == "row 3, column 1: 'NA' is not a number");
    CHECK(columns_error("1,a\n2,b\n", {}, &skipped).starts_with("2 rows cannot be read: row 1, column 2: 'a'"));
}

TEST_CASE("files: what looks like bad rows, and is not for leaving out") {
    SkippedRows skipped;
    CHECK(columns_error("0,1,0.5\n1,2,-0.7\n", {}, &skipped) ==
          "row 2, column 3: '-0.7': a sample weight must not be negative (the third of three columns is the weight m: "
          "--columns chooses others)");
    CHECK(columns_error("x;y\n1,5;2\n1.000;4\n", {}, &skipped) ==
          "has a decimal point in row 3 and a decimal comma in row 2: expected one of them");
    CHECK(columns_error("\xff\xfex,y\n", {}, &skipped) ==
          "is text in UTF-16: expected UTF-8, as from iconv -f UTF-16 -t UTF-8");
    CHECK(columns_error("PK\x03\x04", {}, &skipped) ==
          "is a zip archive, or a table of an office program: expected text");
    CHECK(columns_error("\xfd\x37zXZ", {}, &skipped) ==
          "is compressed with xz: expected text, or text compressed with gzip");
    CHECK(skipped.count == 0);
}

TEST_CASE("files: quotes that stay open, in columns that are read and in others") {
    SkippedRows skipped;
    CHECK(columns_error("a,b,c\n1,2,x\n3,4,\"never closed\n5,6,y\n", {"a", "b"}) ==
          "row 3 has a quote that is not closed");
    CHECK(columns_error("a,b,c\n3,4,\"" + std::string(70'000, 'z'), {"a", "b"}).starts_with("row 2 is longer than"));
    CHECK(columns_error("a,b,c\n3,4,\"z\n" + std::string(70'000, 'z'), {"a", "b"}) ==
          "row 2 has a quote that is not closed within 65536 bytes");
    // Of what stands between two stray quotes nothing is left out silently.
    CHECK(columns_error("n,a,b\n\"x,1,2\ny,3,4\n\"z\",5,6\n", {"a", "b"}, &skipped) ==
          "row 2 goes on to row 4, where the next quote stands, and has letters after a closing quote: expected the "
          "separator");
    CHECK(columns_error("n,a,b\n\"x\"y,1,2\nz,3,4\n", {"a", "b"})
              .starts_with("row 2 has letters after a closing quote: expected the separator"));
    CHECK(columns_error("a,b\n1,2\n\"3,4\n", {"a", "b"}).starts_with("row 3, column 1: '\"3' is not a number"));
    CHECK(columns_error("a,b\n1,2\n3,\"4\n", {"a", "b"}).starts_with("row 3, column 2: '\"4' is not a number"));
}

TEST_CASE("files: text that was compressed with gzip, also in several members") {
    const TemporaryDirectory directory;
    std::string text = "x,y\n";
    std::vector<double> x;
    for (int row = 0; row < 70'001; ++row) {
        x.push_back(row * 0.5);
        text += std::to_string(row * 0.5) + ",1\n";
    }
    const std::string whole = gzipped(text);
    const std::string members = gzipped(text.substr(0, 12'345)) + gzipped("") + gzipped(text.substr(12'345));
    for (const std::string& content : {whole, members, whole + std::string(512, '\0')}) {
        for (const std::string name : {"t.csv.gz", "t.csv"}) {
            CHECK(columns_of(read_dataset<double>(directory.file(name, content))).x == x);
        }
    }
    SampleReader<double> reader(directory.file("t.csv.gz", whole));
    CHECK(reader.fraction_read().value() <= 1);
    const auto error = [&](const std::string& content) {
        const fs::path path = directory.file("bad.csv.gz", content);
        return file_error_of([&] { read_dataset<double>(path); }).substr(path.string().size());
    };
    CHECK(error(whole.substr(0, whole.size() - 9)) == ": is truncated: its gzip data end too early");
    CHECK(error(whole.substr(0, 30'000)) == ": is truncated: its gzip data end too early");
    std::string damaged = whole;
    damaged[whole.size() - 6] ^= 1;  // of the checksum
    CHECK(error(damaged) == ": is damaged: incorrect data check");
    CHECK(error(whole + "more").starts_with(": is damaged: "));
    CHECK(error(std::string("\x1f\x8b\x08")) == ": is truncated: its gzip data end too early");
}

TEST_CASE("files: inputs alone, of every kind of file") {
    const TemporaryDirectory directory;
    const std::vector<double> x{1, 2, 3}, pairs{1, -1, 2, -2, 3, -3};
    for (const std::string content :
         {"1\n2\n3\n", "time\n1\n2\n3\n", "x,y\n1,9\n2,9\n3,9\n", "1;9;0\n2;9;0\n3;9;0\n"}) {
        CHECK(read_inputs(directory.file("t.csv", content), 2) == x);
    }
    CHECK(read_inputs(directory.file("t.csv", kSensors), 3, {{"room, north"}}) == std::vector<double>{1, -2, 3, 4});
    using Shape = std::vector<std::size_t>;
    for (const Shape& shape : {Shape{3}, Shape{3, 1}}) {
        write_npy<double>(directory.file("t.npy"), x, shape);
        CHECK(read_inputs(directory.file("t.npy"), 2) == x);
    }
    write_npy<double>(directory.file("t.npy"), pairs, Shape{3, 2});
    CHECK(read_inputs(directory.file("t.npy"), 2) == x);
    const auto error = [&](const std::string& content, const Names& names) {
        const fs::path path = directory.file("t.csv", content);
        return file_error_of([&] { read_inputs(path, 2, {names}); }).substr(path.string().size());
    };
    CHECK(error(kSensors, {}) ==
          ": row 1 has the names 'id', 'time', 'room, north', 'note': expected x alone, x,y or x,y,m, or --columns, as "
          "in "
          "--columns id");
    CHECK(error("1,2\n", {"1", "2"}) == ": --columns: 2 columns: expected that of x");
}

}  // namespace
}  // namespace skein::test
