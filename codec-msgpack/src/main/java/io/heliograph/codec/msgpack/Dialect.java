package io.heliograph.codec.msgpack;

/** The choices that two MessagePack implementations make differently, both within the specification. */
enum Dialect {
    /** Java's types: an integer and a float differ, and extensions have a type of their own. */
    JAVA("msgpack", "json"),

    /**
     * The types of {@code msgpack-lite} 0.1.26: one type of number, binary of 255 bytes in {@code bin 16}, and an extension as a map of
     * {@code type} and {@code buffer}.
     */
    JAVASCRIPT("msgpack-js", "json-base64");

    /** Name of the codec. */
    final String codecName;

    /** Name of the JSON codec that converts the types which MessagePack has no form for. */
    final String jsonName;

    Dialect(String codecName, String jsonName) {
        this.codecName = codecName;
        this.jsonName = jsonName;
    }
}
