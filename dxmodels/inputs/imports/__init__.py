"""What do files of procurement kept by others (OCDS, bid lists, 行政事業レビュー, 公金支出情報) say in the tables of a case?"""
