package sbom

// Detect tells the format of an input without reading more than its head. It
// opens and closes the input, so it is not for standard input, which can be
// read only once.
func Detect(in Input, opt Options) (*Format, error) {
	opt = opt.withDefaults()
	if in.Files != nil {
		return chooseFormat(Sample{Name: in.Name, Files: in.Files}, opt)
	}
	file, err := in.Open()
	if err != nil {
		return nil, cause(err)
	}
	defer file.Close()
	_, format, err := openStream(in.Name, file, opt, in.room)
	return format, err
}
