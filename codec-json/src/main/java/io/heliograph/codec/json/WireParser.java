package io.heliograph.codec.json;

import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.UTF8StreamJsonParser;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/**
 * Reads an integer of which nobody said what it is to be as a {@code Long} where it fits, whatever its size. Jackson has a
 * setting for that, with which it refuses those that do not fit.
 *
 * <p>It can be {@linkplain #keep kept}, and then reads one text after another: to make a parser, with its buffers, its
 * contexts and its view of the names, takes as long as to read a message of a hundred bytes.
 */
final class WireParser extends UTF8StreamJsonParser {

    private static final byte[] NOTHING = {};

    /** Names that a kept parser may know; one that knows more is given up, so that a peer cannot fill it. */
    private static final int MAX_NAMES = 200;

    private boolean kept;

    WireParser(
            ObjectReadContext context,
            IOContext io,
            int streamReadFeatures,
            int formatReadFeatures,
            ByteQuadsCanonicalizer names,
            byte[] data,
            int start,
            int end) {
        super(context, io, streamReadFeatures, formatReadFeatures, null, names, data, start, end, 0, false);
    }

    @Override
    public Number getNumberValue() {
        Number value = super.getNumberValue();
        return value instanceof Integer ? Long.valueOf(value.longValue()) : value;
    }

    /** From now on the end of a text does not give back what it needs for the next. */
    WireParser keep() {
        kept = true;
        return this;
    }

    /** Begins with a text; a kept parser that has come to the end of another. */
    WireParser begin(byte[] array, int offset, int length) {
        _closed = false;
        _inputBuffer = array;
        _inputPtr = offset;
        _inputEnd = offset + length;
        _currInputProcessed = -offset;
        _currInputRow = 1;
        _currInputRowStart = offset;
        _currToken = null;
        _lastClearedToken = null;
        _tokenIncomplete = false;
        _numTypesValid = 0;
        _nameCopied = false;
        _binaryValue = null;
        _streamReadContext.reset(TokenStreamContext.TYPE_ROOT, 1, 0);
        return this;
    }

    /** Lets go of the text; whether the parser may be used again. */
    boolean end() {
        _inputBuffer = NOTHING;
        _inputPtr = 0;
        _inputEnd = 0;
        _binaryValue = null;
        _textBuffer.resetWithEmpty();
        return _streamReadContext.inRoot() && _symbols.size() <= MAX_NAMES;
    }

    @Override
    public void close() {
        if (kept) {
            _closed = true;
            _inputPtr = _inputEnd;
        } else {
            super.close();
        }
    }
}
