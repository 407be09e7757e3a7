package io.heliograph.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonElementsTest {

    private static List<String> elements(String text) {
        Frame frame = Frame.utf8("x" + text + "y").slice(1, text.length());
        return JsonElements.of(frame, 5, 3).stream().map(Frame::utf8).toList();
    }

    @Test
    void elementsAreSlicesBetweenCommas() {
        assertThat(elements("[]")).isEmpty();
        assertThat(elements(" [ 1 , {\"a\":[1,2]},\"],\" ] ")).containsExactly("1", "{\"a\":[1,2]}", "\"],\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[", "[1", "[1,", "[1,]", "[,1]", "[1]x", "[1 2]", "[[[[[[]]]]]]"})
    void otherDocumentsAreRejected(String text) {
        assertThatThrownBy(() -> elements(text)).isInstanceOf(CodecException.class);
    }

    @Test
    void tooManyElementsAreRejected() {
        assertThat(elements("[1,2,3]")).hasSize(3);
        assertThatThrownBy(() -> elements("[1,2,3,4]"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("at most 3 elements");
    }
}
