package io.heliograph.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTextsTest {

    private final RecentTexts texts = new RecentTexts();

    private static String copy(String text) {
        return new String(text.toCharArray());
    }

    @Test
    void aTextThatWasSeenIsGivenAgain() {
        String first = copy("localhost:8000");
        assertThat(texts.shared(first)).isSameAs(first);
        assertThat(texts.shared(copy("localhost:8000"))).isSameAs(first);
    }

    @Test
    void anyNumberOfOthersMayComeBetween() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(texts.shared("text " + i)).isEqualTo("text " + i);
        }
    }

    @Test
    void aLongTextIsNotKept() {
        String text = "x".repeat(1000);
        assertThat(texts.shared(text)).isSameAs(text);
        String other = copy(text);
        assertThat(texts.shared(other)).isSameAs(other);
    }
}
