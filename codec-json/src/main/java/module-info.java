/** JSON codecs, on Jackson. A module opens the packages of its records and beans to {@code tools.jackson.databind}. */
@org.jspecify.annotations.NullMarked
module io.heliograph.codec.json {
    requires transitive io.heliograph;
    requires tools.jackson.databind;

    exports io.heliograph.codec.json;

    provides io.heliograph.codec.Codec with
            io.heliograph.codec.json.JsonCodec,
            io.heliograph.codec.json.Base64ObjectJsonCodec;
}
