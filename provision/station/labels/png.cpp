#include <cairo.h>
#include <librsvg/rsvg.h>

#include <cmath>
#include <memory>

#include "provision/station/labels/label.hpp"

namespace epki::labels {

namespace {

struct Unref {
  void operator()(RsvgHandle* handle) const noexcept { ::g_object_unref(handle); }
  void operator()(GError* error) const noexcept { ::g_error_free(error); }
  void operator()(cairo_surface_t* surface) const noexcept { ::cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const noexcept { ::cairo_destroy(context); }
};

Error not_drawn(GError* raw) {
  const std::unique_ptr<GError, Unref> error(raw);
  return Error{Errc::input,
               std::string("the label's SVG cannot be drawn: ") + (error ? error->message : "no reason given"),
               "open the template in a browser to see what is wrong with it"};
}

cairo_status_t append(void* into, const unsigned char* bytes, unsigned size) {
  static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

constexpr double largest_side = 8192;  // pixels; a label is never larger, and a wrong template must not fill the memory

}  // namespace

Result<std::string> to_png(const std::string& svg, int dpi) {
  if (dpi < 50 || dpi > 1200)
    return Error{Errc::usage, std::to_string(dpi) + " dots an inch is out of range", "use 50 to 1200"};
  GError* failed = nullptr;
  // No base URI is set, so the drawing can load nothing from outside itself.
  const std::unique_ptr<RsvgHandle, Unref> handle(
      ::rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &failed));
  if (handle == nullptr) return not_drawn(failed);
  ::rsvg_handle_set_dpi(handle.get(), dpi);
  double width = 0, height = 0;
  if (::rsvg_handle_get_intrinsic_size_in_pixels(handle.get(), &width, &height) == 0 || width < 1 || height < 1 ||
      width > largest_side || height > largest_side)
    return Error{Errc::input, "the label's SVG has no usable size", "give its svg element a width and a height in mm"};
  const std::unique_ptr<cairo_surface_t, Unref> surface(::cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(width)), static_cast<int>(std::ceil(height))));
  const std::unique_ptr<cairo_t, Unref> context(::cairo_create(surface.get()));
  ::cairo_set_source_rgb(context.get(), 1, 1, 1);
  ::cairo_paint(context.get());
  const RsvgRectangle page{0, 0, width, height};
  if (::rsvg_handle_render_document(handle.get(), context.get(), &page, &failed) == 0) return not_drawn(failed);
  std::string png;
  if (::cairo_surface_write_to_png_stream(surface.get(), append, &png) != CAIRO_STATUS_SUCCESS)
    return Error{Errc::internal, "the label could not be written as PNG"};
  return png;
}

}  // namespace epki::labels
