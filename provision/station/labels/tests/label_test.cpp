#include "provision/station/labels/label.hpp"

#include <gtest/gtest.h>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::labels {
namespace {

const Json fields = Json::object({{"imei", "861234567890123"},
                                  {"name", "pump-7"},
                                  {"model", "EC200U"},
                                  {"firmware", "EC200UCNAAR03A03M08"},
                                  {"batch", "B17"},
                                  {"date", "2026-11-27"}});

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// What a scanner reads from the PNG.
std::string scanned(const std::string& png) {
  auto folder = TemporaryFolder::make("label-test");
  EXPECT_TRUE(folder);
  const auto file = folder->path() / "l.png";
  EXPECT_TRUE(write_new_file(file, png, 0600));
  auto scanner = Child::start(
      {.argv = {"zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", file.string()}, .error_file = "/dev/null"});
  EXPECT_TRUE(scanner) << "install zbar-tools";
  if (!scanner) return {};
  auto text = scanner->read_all(after(std::chrono::seconds(20)));
  scanner->wait(after(std::chrono::seconds(20)));
  return text ? std::string(trimmed(*text)) : std::string();
}

TEST(Label, TheCodeReadsBackAsWhatWasMeant) {
  for (const char* qr : {"{{imei}}", "EC200U;{{imei}};{{name}};{{batch}}", "https://example.test/d/{{imei}}?a=b&c=d"}) {
    auto from = shipped_template();
    from.qr = qr;
    const auto label = make_label(from, fields);
    ASSERT_TRUE(label) << label.error().what;
    EXPECT_TRUE(has(label->qr_text, "861234567890123"));
    for (const int dpi : {203, 300}) {
      const auto png = to_png(label->svg, dpi);
      ASSERT_TRUE(png) << png.error().what;
      EXPECT_EQ(scanned(*png), label->qr_text) << dpi;
    }
  }
}

TEST(Label, AFieldStaysText) {
  auto hostile = fields;
  hostile.set("name", "</text><script>^XZ~JA\n_5E");
  const auto label = make_label(shipped_template(), hostile);
  ASSERT_TRUE(label);
  EXPECT_FALSE(has(label->svg, "<script"));
  EXPECT_TRUE(has(label->zpl, "</text><script>_5EXZ_7EJA_5F5E")) << label->zpl;
  EXPECT_EQ(label->zpl.find("^XZ"), label->zpl.rfind("^XZ")) << "the label ends once";
  EXPECT_TRUE(to_png(label->svg, 203));
}

TEST(Label, ATextThatDoesNotFitIsRefused) {
  auto from = shipped_template();
  from.qr = std::string(2331, 'x');
  EXPECT_TRUE(make_label(from, fields));
  from.qr = std::string(2332, 'x');
  const auto label = make_label(from, fields);
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, Errc::input);
  from.qr = "{{missing}}";
  EXPECT_FALSE(make_label(from, fields)) << "an empty code says nothing";
}

TEST(Label, ADrawingThatIsNoneIsRefused) {
  for (const char* svg :
       {"", "no xml", "<svg/>", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9e9mm\" height=\"1mm\"/>"}) {
    const auto png = to_png(svg, 203);
    ASSERT_FALSE(png) << svg;
    EXPECT_FALSE(png.error().hint.empty());
  }
  EXPECT_EQ(to_png("<svg/>", 10).error().code, Errc::usage);
}

}  // namespace
}  // namespace epki::labels
