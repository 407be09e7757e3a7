package io.heliograph.scan;

import static io.heliograph.internal.Check.positive;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/** Takes a JSON array apart without reading what its elements are. */
public final class JsonElements {

    private JsonElements() {}

    /**
     * The elements of an array as they stand in the text: parts of the frame. The text is checked as by {@link JsonEnvelope}.
     *
     * @param maxDepth how deep an element may be nested, counting the array; positive
     * @param maxElements how many elements there may be; positive
     * @throws CodecException if the text is not one JSON array, or has more of either
     */
    public static List<Frame> of(Frame text, int maxDepth, int maxElements) {
        JsonGrammar grammar = new JsonGrammar(positive("maxDepth", maxDepth));
        positive("maxElements", maxElements);
        byte[] array = text.array();
        int begin = text.offset();
        int end = begin + text.length();
        grammar.begin(begin);
        int at = JsonGrammar.space(array, begin, end);
        if (at == end || array[at] != '[') {
            throw grammar.unexpected("an array", JsonText.value(array, at, end), at);
        }
        List<Frame> elements = new ArrayList<>();
        at = JsonGrammar.space(array, at + 1, end);
        if (at < end && array[at] == ']') {
            at++;
        } else {
            at = elements(text, grammar, at, maxElements, elements);
        }
        at = JsonGrammar.space(array, at, end);
        if (at != end) {
            throw grammar.unexpected("the end of the text", array, at, end);
        }
        return elements;
    }

    private static int elements(Frame text, JsonGrammar grammar, int from, int maxElements, List<Frame> elements) {
        byte[] array = text.array();
        int end = text.offset() + text.length();
        int at = from;
        while (true) {
            int start = at;
            at = grammar.value(array, at, end);
            if (elements.size() == maxElements) {
                throw grammar.unexpected("at most " + maxElements + " elements", "one more element", start);
            }
            elements.add(text.slice(start - text.offset(), at - start));
            at = JsonGrammar.space(array, at, end);
            byte next = at < end ? array[at] : 0;
            if (next == ']') {
                return at + 1;
            }
            if (next != ',') {
                throw grammar.unexpected("',' or ']'", array, at, end);
            }
            at = JsonGrammar.space(array, at + 1, end);
        }
    }
}
