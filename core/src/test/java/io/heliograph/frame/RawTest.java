package io.heliograph.frame;

import static io.heliograph.frame.Decoding.decode;
import static io.heliograph.frame.Decoding.decodeInPlace;
import static io.heliograph.frame.Decoding.encode;
import static io.heliograph.frame.Decoding.frames;
import static io.heliograph.frame.Decoding.hex;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RawTest {

    @Test
    void whatIsSentIsWrittenAsItIs() {
        assertThat(encode(Raw.INSTANCE, 2, frames("hello", "", "x"))).isEqualTo(hex("68656c6c6f78"));
        assertThat(Raw.INSTANCE.encodedLength(5)).isEqualTo(5);
    }

    @Test
    void whatArrivesInOneReadIsOneFrame() {
        assertThat(decode(Raw.INSTANCE.decoder(1), hex("68656c6c6f78"), 2, 2, 5))
                .isEqualTo(frames("he", "llo", "x"));
        assertThat(decodeInPlace(Raw.INSTANCE.decoder(1), hex("68656c6c6f78"), 2, 2, 5))
                .isEqualTo(frames("he", "llo", "x"));
    }
}
