package io.heliograph.frame;

import static io.heliograph.frame.Decoding.decode;
import static io.heliograph.frame.Decoding.decodeInPlace;
import static io.heliograph.frame.Decoding.encode;
import static io.heliograph.frame.Decoding.frames;
import static io.heliograph.frame.Decoding.hex;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NoFramingTest {

    @Test
    void framesAreWrittenUnchanged() {
        assertThat(encode(Framing.none(), 2, frames("hello", "", "x"))).isEqualTo(hex("68656c6c6f78"));
        assertThat(Framing.none().encodedLength(5)).isEqualTo(5);
    }

    @Test
    void oneReadIsOneFrame() {
        assertThat(decode(Framing.none().decoder(1), hex("68656c6c6f78"), 2, 2, 5))
                .isEqualTo(frames("he", "llo", "x"));
        assertThat(decodeInPlace(Framing.none().decoder(1), hex("68656c6c6f78"), 2, 2, 5))
                .isEqualTo(frames("he", "llo", "x"));
    }
}
