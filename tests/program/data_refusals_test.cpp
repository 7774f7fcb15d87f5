// skein data: bad input, output that cannot be written, and help, through the program.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "skein/files/npy.hpp"
#include "support/data_program.hpp"
#include "support/run_program.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {

namespace {

const std::string hint = " (--skip-bad-rows leaves such rows out)";

/// Files with this and that wrong in them.
void write_bad_files(const TemporaryDirectory& directory) {
    directory.file("a.csv", "1,2\n3,4\n");
    directory.file("nan.csv", "1,2\n3,nan\n");
    directory.file("empty.csv", "");
    directory.file("header.csv", "x,y\n");
    directory.file("a.npy", "x,y\n");
    const std::vector<double> column(3);
    write_npy<double>(directory.file("x.npy"), column, std::array<std::size_t, 1>{3});
    write_npy<double>(directory.file("y.npy"), std::vector<double>(4), std::array<std::size_t, 1>{4});
    write_npy<double>(directory.file("wide.npy"), std::vector<double>{1, 2, 1e39, 3}, std::array<std::size_t, 2>{2, 2});
}

/// Checks the one line with which commands are refused.
class Refusals {
public:
    Refusals() { write_bad_files(directory); }
    void operator()(const Arguments& arguments, const std::string& expected) const {
        CHECK(error_of(arguments, directory) == expected);
    }
    const TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("data refuses bad input in one line: unknown words") {
    const Refusals check;
    check({}, "a subcommand is missing: expected make, convert, info, compress or merge (see skein data --help)");
    check({"mkae"}, "unknown subcommand of data 'mkae': did you mean 'make'?");
    check({"--hlep"}, "unknown option '--hlep': did you mean '--help'?");
}

TEST_CASE("data refuses bad input in one line: make") {
    const Refusals check;
    check({"make"}, "SPEC is missing: expected KIND:key=value,... (see skein data make --help)");
    check({"make", "sine", "step", "--out=b.npy"}, "unexpected argument 'step': expected one SPEC");
    check({"make", "sine"}, "--out is missing: expected FILE.npy, FILE.csv or X.npy,Y.npy");
    check({"make", "sine", "--otu=b.npy"}, "unknown option '--otu': did you mean '--out'?");
    check({"make", "snie", "--out=b.npy"},
          "snie: unknown kind of data 'snie': did you mean 'sine'? (files end in .csv, .npy or .skc)");
    check({"make", "sine:samples=0", "--out=b.npy"}, "sine:samples=0: samples: 0 is out of range: expected at least 1");
    check({"make", "a.csv", "--out=b.npy"}, "'a.csv' is a file: expected KIND:key=value,..., or skein data convert");
    for (const std::string names : {"b.txt", "b", "b.csv,c.csv", "b.npy,c.csv", "b.npy,c.npy,d.npy"}) {
        check({"make", "sine", "--out", names}, "--out: '" + names + "': expected FILE.npy, FILE.csv or X.npy,Y.npy");
    }
    check({"make", "sine", "--out=b.npy,./b.npy"}, "--out: 'b.npy,./b.npy': expected two different files");
    check({"make", "sine", "--out=no/b.npy"}, "--out: no is no directory that can be written to");
    check({"make", "sine", "--out=b.npy", "--precision=float16"},
          "--precision: unknown precision 'float16': did you mean 'float32'?");
    check({"make", "teacher:input_scale=1e308", "--out=b.npy"},
          "teacher:input_scale=1e308: sample 7 is (inf, 0.7230977589633651): every value must be finite in float64");
    const std::string large = error_of({"make", "sine:samples=1e15", "--out=b.npy,c.npy"}, check.directory);
    CHECK(
        large.starts_with("--out: 1,000,000,000,000,000 samples take 16,000,000,000,000,256 bytes, but the disk of "
                          "b.npy has room for "));
}

TEST_CASE("data refuses bad input in one line: convert") {
    const Refusals check;
    check({"convert"}, "IN is missing: expected FILE.csv, FILE.npy or X.npy,Y.npy (see skein data convert --help)");
    check({"convert", "x.npy", "y.npy", "--out=b.npy"},
          "unexpected argument 'y.npy': expected one IN; for x and y in two files write x.npy,y.npy");
    check({"convert", "sine", "--out=b.npy"}, "'sine' is generated data, no file: expected a file, or skein data make");
    check({"convert", "a.csv"}, "--out is missing: expected FILE.npy, FILE.csv or X.npy,Y.npy");
    check({"convert", "a.csv", "--force", "--out", check.directory.file("a.csv")},
          "--out: " + check.directory.file("a.csv").string() + " is read by this command: expected another name");
    check({"convert", "nan.csv", "--out=b.npy"}, "nan.csv: row 2, column 2: 'nan': every value must be finite" + hint);
    check({"convert", "header.csv", "--out=b.npy"}, "header.csv: has no samples: expected rows of x,y or x,y,m");
    check({"convert", "x.npy,y.npy", "--out=b.npy"}, "y.npy: has 4 values: expected 3 as in x.npy");
    check({"convert", "wide.npy", "--out=b.npy", "--precision=float32"},
          "wide.npy: row 2, column 1: 1e+39 is out of the range of float32");
    check({"convert", "missing.csv", "--out=b.npy"}, "missing.csv: cannot be opened: No such file or directory");
}

TEST_CASE("data refuses bad input in one line: info") {
    const Refusals check;
    check({"info"}, "IN is missing: expected at least one SPEC (see skein data info --help)");
    check({"info", "a.csv", "nan.csv"}, "nan.csv: row 2, column 2: 'nan': every value must be finite" + hint);
    check({"info", "a.npy"}, "a.npy: is not a .npy file: expected it to start with \\x93NUMPY");
    check({"info", "empty.csv"}, "empty.csv: is empty: expected rows of x,y or x,y,m");
    check({"info", "a.csv", "--picture=b.jpg"}, "--picture: 'b.jpg': expected a name that ends in .png");
    check({"info", "a.csv", "sine", "--picture=b.png"}, "--picture: 2 data sets: expected one");
    check({"info", "a.csv", "--threads=5000"}, "--threads: 5000 is out of range: expected at most 1024");
}

TEST_CASE("data that cannot be written is a failure") {
    const TemporaryDirectory directory;
    directory.file("a.csv", "1,2\n");
    const ProgramResult result = run_program({"data", "info", directory.file("a.csv")}, {.output_path = "/dev/full"});
    CHECK(result.exit_code == 1);
    CHECK(contains(result.errors, "standard output cannot be written"));
}

TEST_CASE("data has help") {
    for (const Arguments& words : {Arguments{}, {"make"}, {"convert"}, {"info"}}) {
        Arguments arguments = words;
        arguments.push_back("--help");
        const ProgramResult help = run_well(arguments);
        CHECK(help.output.starts_with("Examples\n  skein data "));
        for (std::size_t begin = 0, end = 0; (end = help.output.find('\n', begin)) != std::string::npos;
             begin = end + 1) {
            CHECK(end - begin <= 110);
        }
    }
    CHECK(contains(run_program({"--help"}).output, "  data         "));
    CHECK(contains(run_program({}).errors, "evaluate, predict or data"));
}

}  // namespace skein::test
