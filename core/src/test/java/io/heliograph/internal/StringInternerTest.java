package io.heliograph.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StringInternerTest {

    private final StringInterner texts = new StringInterner(512);

    private static String copy(String text) {
        return new String(text.toCharArray());
    }

    @Test
    void repeatedStringIsShared() {
        String first = copy("localhost:8000");
        assertThat(texts.intern(first)).isSameAs(first);
        assertThat(texts.intern(copy("localhost:8000"))).isSameAs(first);
    }

    @Test
    void otherStringsDoNotEvictIt() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(texts.intern("text " + i)).isEqualTo("text " + i);
        }
    }

    @Test
    void longStringIsNotCached() {
        String text = "x".repeat(1000);
        assertThat(texts.intern(text)).isSameAs(text);
        String other = copy(text);
        assertThat(texts.intern(other)).isSameAs(other);
    }
}
