package io.heliograph.codec.msgpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payloads that are written in another format. */
class TranscodingTest {

    private static final Codec BASE64 = Codec.named("json-base64");
    private static final Codec MSGPACK = Codec.named("msgpack");

    private static String msgpack(Codec json, String text) {
        FrameBuilder target = new FrameBuilder(1 << 20);
        Payload.of(json, Frame.utf8(text)).writeTo(MSGPACK, target);
        return HexFormat.of().formatHex(target.build().toByteArray());
    }

    private static String json(String hex) {
        FrameBuilder target = new FrameBuilder(1 << 20);
        Payload.of(MSGPACK, Frame.of(HexFormat.of().parseHex(hex.replace(" ", ""))))
                .writeTo(BASE64, target);
        return target.build().utf8();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"base64\":true,\"data\":\"AAEC\"}|c403000102",
                "[{\"data\":\"AAEC\",\"base64\":true}]|91c403000102",
                "{\"a\":{\"base64\":true,\"data\":\"\"}}|81a161c400",
                "{\"base64\":false,\"data\":\"\"}|82a6626173653634c2a464617461a0",
                "{\"base64\":true,\"data\":\"?\"}|82a6626173653634c3a464617461a13f",
                "{\"base64\":true,\"data\":\"\",\"c\":1}|83a6626173653634c3a464617461a0a16301",
                "[1,null,\"base64\"]|9301c0a6626173653634"
            })
    void binaryObjectsBecomeBytes(String text, String hex) {
        assertThat(msgpack(BASE64, text)).isEqualTo(hex);
    }

    @Test
    void plainJsonHasNoBinaryObjects() {
        assertThat(msgpack(Codec.named("json"), "{\"base64\":true,\"data\":\"\"}"))
                .isEqualTo("82a6626173653634c3a464617461a0");
    }

    @Test
    void bytesBecomeBinaryObjects() {
        assertThat(json("91 c403000102")).isEqualTo("[{\"base64\":true,\"data\":\"AAEC\"}]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "81 a161 92 01 cb7ff8000000000000|$.a[1]: NaN (expected: a number that JSON has)",
                "cbfff0000000000000|$: -Infinity (expected: a number that JSON has)",
                "91 d40500|$[0]: an extension of type 5 (expected: a value that JSON has)"
            })
    void valuesThatJsonLacksAreRejectedWithTheirPath(String hex, String message) {
        assertThatThrownBy(() -> json(hex)).isInstanceOf(CodecException.class).hasMessage(message);
    }
}
