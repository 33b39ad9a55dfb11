"""An assessment as something to read or to pass on: one output a module.

`terminal` draws it for a person, `json` is for programs, `textgrid` opens in Praat. `script` and `strip` are
the parts that more than one drawing needs: the script with its marks, and pitch and loudness over time.
"""
