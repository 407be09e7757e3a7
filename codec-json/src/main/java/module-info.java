/** Values as JSON, by Jackson. A module whose records or beans are to be read and written opens their packages to it. */
@org.jspecify.annotations.NullMarked
module io.heliograph.codec.json {
    requires transitive io.heliograph;
    requires tools.jackson.databind;

    exports io.heliograph.codec.json;

    provides io.heliograph.codec.Codec with
            io.heliograph.codec.json.JsonCodec,
            io.heliograph.codec.json.Base64ObjectJsonCodec;
}
