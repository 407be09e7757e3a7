package io.heliograph.server.binding;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Data of a publication as its sender writes it, and as each receiver reads it.
 *
 * @param json JSON with ' in place of "; empty for no data
 * @param msgpack MessagePack in hexadecimal; empty for no data
 */
record Sample(String name, String json, String msgpack) {

    static final Sample NO_DATA = new Sample("no data", "", "");

    static final List<Sample> ALL = List.of(
            new Sample("value", "{'n':1,'a':[1.5,true,'x']}", "82a16e01a16193cb3ff8000000000000c3a178"),
            new Sample("null", "null", "c0"),
            NO_DATA,
            new Sample("bytes", "{'base64':true,'data':'AQID'}", "c403010203"),
            new Sample("2^53+1", "9007199254740993", "cf0020000000000001"),
            new Sample("Unicode", "'wörld😀'", "aa77c3b6726c64f09f9880"));

    /** Returns a number from 0 to 127. */
    static Sample number(int number) {
        return new Sample("number", String.valueOf(number), HexFormat.of().toHexDigits((byte) number));
    }

    /** Returns a string of 1 MiB. */
    static Sample mebibyte() {
        String text = "x".repeat(1 << 20);
        return new Sample(
                "1 MiB",
                "'" + text + "'",
                "db00100000" + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return name;
    }
}
